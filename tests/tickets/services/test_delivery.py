"""The outbox: claimed once, sent in order, settled whatever happens."""

from datetime import timedelta

import pytest
from django.db import connection

from channels_app.adapters.base import AdapterError, Can, ChannelAdapter, Receipt
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Conversation, Message, Ticket
from tickets.services import delivery
from tickets.services.actors import Actor
from tickets.services.delivery import recover_expired_leases, send_due_messages, send_message
from tickets.services.merging import merge_tickets
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import leave_unsent, send_again

pytestmark = pytest.mark.django_db


class MemoryAdapter(ChannelAdapter):
    """A channel that keeps what it sends, and fails as it is told."""

    kind = "memory"
    label = "Memory"
    identity_kind = "memory"
    can = Can.SEND | Can.ATTACH
    sent: list = []
    errors: list = []

    def send(self, message):
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)
        return Receipt(external_id=f"provider-{len(self.sent)}")


class KeyedMemoryAdapter(MemoryAdapter):
    kind = "keyed"
    can = Can.SEND | Can.IDEMPOTENT_SEND


@pytest.fixture
def channel(settings):
    settings.HELPDESK_CHANNEL_ADAPTERS = {
        **settings.HELPDESK_CHANNEL_ADAPTERS,
        "memory": f"{__name__}.MemoryAdapter",
        "keyed": f"{__name__}.KeyedMemoryAdapter",
    }
    from channels_app import registry

    registry._load.cache_clear()
    MemoryAdapter.sent, MemoryAdapter.errors = [], []
    import sys

    sys.modules[__name__].MemoryAdapter = MemoryAdapter
    return make_channel(kind="memory")


@pytest.fixture
def ticket(channel):
    return make_ticket(channel)


def reply(ticket, agent, text="Hello", **extra):
    return reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text=text, **extra)


def state(message):
    message.refresh_from_db()
    return message.delivery_state


def temporary(**extra):
    return AdapterError("busy", "Come back later", permanent=False, **extra)


def test_queued_reply_is_sent_once(ticket, agent):
    message = reply(ticket, agent)
    assert send_due_messages() == 1
    assert send_due_messages() == 0
    assert not send_message(message_id=message.pk)
    assert (state(message), message.external_id) == ("sent", "provider-1")
    assert [m.text for m in MemoryAdapter.sent] == ["Hello"]


def test_held_reply_waits_for_its_moment(ticket, agent):
    message = reply(ticket, agent, undo_seconds=60)
    assert send_due_messages() == 0
    Message.objects.filter(pk=message.pk).update(send_after=now())
    assert send_due_messages() == 1


def test_replies_of_one_conversation_leave_in_order_although_the_first_is_retried(ticket, agent):
    MemoryAdapter.errors = [temporary()]
    first, second = reply(ticket, agent, "one"), reply(ticket, agent, "two")
    send_due_messages()
    assert (state(first), state(second)) == ("queued", "queued")
    assert not send_message(message_id=second.pk)
    Message.objects.filter(pk=first.pk).update(next_try_at=now())
    send_due_messages()
    assert [m.text for m in MemoryAdapter.sent] == ["one", "two"]


def test_temporary_failure_is_tried_again_later_and_not_before_the_provider_says(ticket, agent):
    MemoryAdapter.errors = [temporary(retry_after_seconds=300)]
    message = reply(ticket, agent)
    send_due_messages()
    message.refresh_from_db()
    assert message.delivery_state == "queued"
    assert message.next_try_at > now() + timedelta(seconds=290)


def test_permanent_failure_is_told_and_can_be_sent_again(ticket, agent):
    MemoryAdapter.errors = [AdapterError("no_such_user", "Nobody there", permanent=True)]
    message = reply(ticket, agent)
    send_due_messages()
    assert (state(message), message.error_code) == ("failed", "no_such_user")
    assert Ticket.objects.get(pk=ticket.pk).notice == "delivery_failed"
    send_again(message_id=message.pk, actor=Actor.agent(agent))
    send_due_messages()
    assert state(message) == "sent"
    assert Ticket.objects.get(pk=ticket.pk).notice == ""


def test_failed_reply_does_not_hold_up_the_next(ticket, agent):
    MemoryAdapter.errors = [AdapterError("bad", "No", permanent=True)]
    reply(ticket, agent, "one")
    second = reply(ticket, agent, "two")
    send_due_messages()
    assert state(second) == "sent"


def test_temporary_failures_end_after_two_days(ticket, agent):
    MemoryAdapter.errors = [temporary()]
    message = reply(ticket, agent)
    Message.objects.filter(pk=message.pk).update(received_at=now() - timedelta(hours=49))
    send_due_messages()
    assert state(message) == "failed"


def test_lost_answer_is_unknown_where_the_provider_has_no_key(ticket, agent):
    MemoryAdapter.errors = [temporary(is_uncertain=True)]
    message = reply(ticket, agent)
    second = reply(ticket, agent, "two")
    send_due_messages()
    assert (state(message), state(second)) == ("unknown", "sent")
    leave_unsent(message_id=message.pk, actor=Actor.agent(agent))
    assert state(message) == "sent"


def test_lost_answer_is_simply_repeated_where_the_provider_knows_the_id(channel, agent):
    ticket = make_ticket(make_channel(kind="keyed"))
    MemoryAdapter.errors = [temporary(is_uncertain=True)]
    message = reply(ticket, agent)
    send_due_messages()
    assert state(message) == "queued"


@pytest.mark.parametrize(
    ("kind", "resend", "expected"),
    [("memory", False, "unknown"), ("memory", True, "queued"), ("keyed", False, "queued")],
)
def test_message_of_a_dead_sender_is_settled(channel, agent, kind, resend, expected):
    message = reply(make_ticket(make_channel(kind=kind, resend_unknown=resend)), agent)
    Message.objects.filter(pk=message.pk).update(
        delivery_state="sending", attempts=1, lease_until=now() - timedelta(seconds=1)
    )
    assert recover_expired_leases() == 1
    assert recover_expired_leases() == 0
    assert state(message) == expected


def test_late_worker_records_nothing(ticket, agent):
    message = reply(ticket, agent)

    class Thief(MemoryAdapter):
        def send(self, outbound):
            Message.objects.filter(pk=message.pk).update(delivery_state="unknown", lease_until=None)
            return Receipt(external_id="late")

    original, MemoryAdapter.send = MemoryAdapter.send, Thief.send
    try:
        send_due_messages()
    finally:
        MemoryAdapter.send = original
    assert (state(message), message.external_id) == ("unknown", "")


def test_one_channel_never_has_more_than_its_share_under_way(channel, agent):
    for _ in range(4):
        message = reply(make_ticket(channel, sender=_sender()), agent)
        Message.objects.filter(pk=message.pk).update(delivery_state="sending", lease_until=now() + timedelta(minutes=1))
    waiting = reply(make_ticket(channel, sender=_sender()), agent)
    other = reply(make_ticket(make_channel(kind="memory")), agent)
    send_due_messages()
    assert (state(waiting), state(other)) == ("queued", "sent")


def test_full_outbox_does_not_slow_the_sender_down(ticket, agent, monkeypatch):
    message = reply(ticket, agent)
    _fill_outbox(message, count=3000)
    monkeypatch.setattr(delivery, "MOST_PER_SWEEP", 1)
    with connection.cursor() as cursor:
        # Far more than a claim takes, far less than looking at every pair of waiting messages would.
        cursor.execute("SET LOCAL statement_timeout = 2000")
    assert send_due_messages() == 1
    assert state(message) == "sent"
    under_way = Message.objects.filter(delivery_state="queued").order_by("id").values_list("pk")[:4]
    Message.objects.filter(pk__in=under_way).update(delivery_state="sending", lease_until=now() + timedelta(minutes=1))
    assert send_due_messages() == 0
    with connection.cursor() as cursor:
        # The end of the test checks all these rows.
        cursor.execute("SET LOCAL statement_timeout = 0")


def test_sweep_over_a_slow_channel_ends_before_its_task_would_be_killed(channel, agent, monkeypatch):
    messages = [reply(make_ticket(channel, sender=_sender()), agent) for _ in range(3)]
    clock = iter([0.0, 1.0, 50.0])
    monkeypatch.setattr(delivery, "monotonic", lambda: next(clock))
    assert send_due_messages() == 1
    assert [state(message) for message in messages] == ["sent", "queued", "queued"]


def _fill_outbox(message, *, count):
    conversation = message.conversation
    waiting = Conversation.objects.bulk_create(
        Conversation(
            channel=message.channel,
            identity=conversation.identity,
            customer=conversation.customer,
            external_thread_id=f"waiting-{number}",
        )
        for number in range(count)
    )
    Message.objects.bulk_create(
        Message(
            ticket=message.ticket,
            conversation=conversation,
            channel=message.channel,
            direction="out",
            author="system",
            received_at=now(),
            sort_at=now(),
            delivery_state="queued",
        )
        for conversation in waiting
    )


@pytest.mark.parametrize("is_refused", [True, False])
def test_outcome_is_told_on_the_ticket_into_which_a_merge_moved_the_message(ticket, agent, is_refused, monkeypatch):
    winner = make_ticket(make_channel(kind="memory"))
    message = reply(ticket, agent)

    def merge_meanwhile(self, outbound):
        merge_tickets(ticket_id=ticket.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
        if is_refused:
            raise AdapterError("no_such_user", "Nobody there", permanent=True)
        return Receipt(external_id="provider-1")

    monkeypatch.setattr(MemoryAdapter, "send", merge_meanwhile)
    send_due_messages()
    winner.refresh_from_db()
    assert state(message) == ("failed" if is_refused else "sent")
    assert winner.notice == ("delivery_failed" if is_refused else "")
    assert winner.events.filter(kind="message.delivery_changed").count() == 1
    assert not ticket.events.filter(kind="message.delivery_changed").exists()


def _sender():
    import uuid

    from channels_app.adapters.base import Address

    return Address(address=f"{uuid.uuid4().hex}")


def test_fault_of_our_own_neither_loses_the_message_nor_stops_the_queue(ticket, agent, monkeypatch):
    def broken(message):
        if message.pk == first.pk:
            raise ValueError("boom")
        return compose(message)

    compose = delivery.compose_outbound
    monkeypatch.setattr(delivery, "compose_outbound", broken)
    first = reply(ticket, agent)
    other = reply(make_ticket(make_channel(kind="memory")), agent)
    send_due_messages()
    assert (state(first), first.error_code, state(other)) == ("queued", "internal_error", "sent")


@pytest.mark.parametrize(("kind", "expected"), [("memory", "unknown"), ("keyed", "queued")])
def test_fault_of_our_own_in_the_middle_of_sending_does_not_say_it_twice(channel, agent, kind, expected):
    ticket = make_ticket(make_channel(kind=kind))
    MemoryAdapter.errors = [KeyError("message_id")]
    message = reply(ticket, agent)
    other = reply(make_ticket(make_channel(kind="memory")), agent)
    send_due_messages()
    assert (state(message), message.error_code, state(other)) == (expected, "internal_error", "sent")
