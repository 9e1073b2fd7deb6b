from collections.abc import Iterator

import pytest
import time_machine

from tests.support.webchat import Browser, make_webchat
from tickets.models import Message, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """Limits count by slices of the clock: none of them ends in the middle of a test."""
    with time_machine.travel("2026-11-20T09:00:10Z", tick=False):
        yield


def test_thousand_chats_from_one_address_are_twenty():
    channel = make_webchat()
    statuses = [Browser(channel).start().status_code for _ in range(25)]
    assert statuses == [201] * 20 + [429] * 5
    assert Browser(channel, address="198.51.100.1").start().status_code == 201


def test_flood_of_messages_ends_at_the_tokens_limit_and_says_when_to_come_back():
    browser = Browser(make_webchat())
    answers = [browser.write("again") for _ in range(22)]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert Message.objects.count() == 20


def test_many_tokens_of_one_address_share_its_limit():
    channel = make_webchat()
    statuses = []
    for _ in range(4):
        browser = Browser(channel)
        statuses += [browser.write("again").status_code for _ in range(20)]
    assert statuses.count(201) == 60


def test_address_that_a_client_invents_moves_no_limit():
    channel = make_webchat()
    for number in range(20):
        Browser(channel).start()
        assert Visitor.objects.count() == number + 1
    spoofed = Browser(channel)
    answer = spoofed.call("POST", "visitors", {}, headers={"X-Forwarded-For": "198.51.100.99"})
    assert answer.status_code == 429
