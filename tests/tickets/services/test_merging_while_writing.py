"""A merge of customers and messages that come at the same moment: nothing stays behind with the one who is gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any

import pytest
from django.db import connection, connections, transaction

from channels_app.adapters.base import Address
from helpdesk.common.errors import Conflict
from tests.factories import make_item, make_ticket, receive_message
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.customer_merging import merge_customers
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 20
Pair = tuple[Customer, Customer]


@pytest.fixture(params=["chat", "new mail", "answer by mail"])
def way(request: pytest.FixtureRequest, email_channel: Any, api_channel: Any) -> tuple[Pair, Callable[[], Any]]:
    """((who stays, who is merged), what lets the second one write again)."""
    channel = api_channel if request.param == "chat" else email_channel
    carla, karla = (
        make_ticket(channel, sender=Address(address=f"{name}@customer.example")).customer for name in ("carla", "karla")
    )
    sender = Address(address="karla@customer.example")
    token = Conversation.objects.get(customer=karla).reply_token
    tokens = (token,) if request.param == "answer by mail" else ()
    return (carla, karla), lambda: receive(channel=channel, item=make_item(sender=sender, thread_tokens=tokens))


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[None]:
    """Run ``work`` in a thread with a connection of its own; what it raises is raised here at the end."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


def until_somebody_waits() -> None:
    """Return when a lock of this database is waited for."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody has waited")


def merge(pair: Pair) -> None:
    merge_customers(winner_id=pair[0].pk, loser_id=pair[1].pk, actor=Actor.system())


def nothing_is_left_of(loser: Customer) -> bool:
    return not any(model.objects.filter(customer=loser).exists() for model in (CustomerIdentity, Conversation, Ticket))


def test_message_that_waits_for_a_merge_is_filed_with_the_one_who_stays(way: Any) -> None:
    pair, write = way
    is_merged, may_commit = threading.Event(), threading.Event()

    def merge_slowly() -> None:
        with transaction.atomic():
            merge(pair)
            is_merged.set()
            assert may_commit.wait(PATIENCE_SECONDS)

    with beside(merge_slowly):
        assert is_merged.wait(PATIENCE_SECONDS)
        with beside(write):
            until_somebody_waits()
            may_commit.set()
    assert nothing_is_left_of(pair[1])
    assert Message.objects.filter(ticket__customer=pair[0]).count() == 3


def test_merge_that_waits_for_a_message_takes_it_along(way: Any) -> None:
    pair, write = way
    is_written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            write()
            is_written.set()
            assert may_commit.wait(PATIENCE_SECONDS)

    with beside(write_slowly):
        assert is_written.wait(PATIENCE_SECONDS)
        with beside(lambda: merge(pair)):
            until_somebody_waits()
            may_commit.set()
    assert nothing_is_left_of(pair[1])
    assert Message.objects.filter(ticket__customer=pair[0]).count() == 3


def merge_patiently(pair: tuple[Customer, Customer]) -> None:
    """As a person would: told that messages are just being filed, he presses once more."""
    for _time in range(50):
        try:
            merge(pair)
        except Conflict as refusal:
            if refusal.code != "busy":
                raise
        else:
            return


def test_messages_from_all_sides_during_a_merge_are_all_filed(email_channel: Any, api_channel: Any) -> None:
    """Chats and mails of both, while the two become one: nothing fails, nothing is lost, nothing stays behind."""
    senders = [Address(address=f"{name}@customer.example") for name in ("carla", "karla")]
    carla, karla = (make_ticket(email_channel, sender=sender).customer for sender in senders)
    for sender, customer in zip(senders, (carla, karla), strict=True):
        made = make_ticket(api_channel, sender=sender).customer
        merge((customer, made))

    def write_often(channel: Any, sender: Address) -> None:
        for _time in range(8):
            receive_message(channel, sender=sender)

    with (
        beside(partial(write_often, email_channel, senders[0])),
        beside(partial(write_often, email_channel, senders[1])),
        beside(partial(write_often, api_channel, senders[0])),
        beside(partial(write_often, api_channel, senders[1])),
        beside(lambda: merge_patiently((carla, karla))),
    ):
        pass
    assert nothing_is_left_of(karla)
    assert Message.objects.filter(ticket__customer=carla).count() == 4 + 4 * 8
