"""The priority score of stored tickets stays honest: when a message is filed, when its reasons change, and as time passes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Customer, Message, Ticket
from tickets.services import scoring

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel(kind="api")


def codes(ticket: Ticket) -> list[str]:
    ticket.refresh_from_db()
    assert ticket.priority_score == sum(reason["weight"] for reason in ticket.priority_reasons)
    return [reason["code"] for reason in ticket.priority_reasons]


def test_language_and_mood_are_read_when_a_message_is_filed(channel: Channel) -> None:
    ticket = make_ticket(channel, text="C'est une arnaque, je vais porter plainte !")
    message = Message.objects.get(ticket=ticket)
    assert (message.language, message.sentiment) == ("fr", "negative")
    assert message.sentiment_confidence is not None
    assert message.sentiment_confidence > 0.6
    assert (ticket.language, ticket.sentiment, ticket.sentiment_is_strong) == ("fr", "negative", True)
    assert codes(ticket) == ["sentiment_strong"]


def test_message_that_says_nothing_leaves_mood_and_language_as_they_were(channel: Channel) -> None:
    ticket = make_ticket(channel, text="This is terrible, the lamp arrived broken")
    receive_message(channel, text="12345")
    ticket.refresh_from_db()
    assert (ticket.language, ticket.sentiment) == ("en", "negative")
    assert Message.objects.filter(ticket=ticket).order_by("-id")[0].sentiment == ""


def test_automatic_mail_has_no_mood(channel: Channel) -> None:
    ticket = make_ticket(channel, text="Where is my parcel?")
    receive_message(channel, text="Thank you for your great message, I am away", is_auto_reply=True)
    ticket.refresh_from_db()
    assert ticket.sentiment != "positive"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"priority": "urgent"}, "priority_urgent"),
        ({"waiting_since": timedelta(hours=-5)}, "waiting_4h"),
        ({"next_due_at": timedelta(minutes=-1)}, "overdue"),
        ({"sentiment": "negative"}, "sentiment_negative"),
    ],
)
def test_change_by_any_statement_is_scored_by_the_sweep(channel: Channel, change: dict, code: str) -> None:
    ticket = make_ticket(channel, text="Where is it?")
    assert codes(ticket) == []
    values = {name: now() + value if isinstance(value, timedelta) else value for name, value in change.items()}
    Ticket.objects.filter(pk=ticket.pk).update(**values)
    assert scoring.rescore_due_tickets() == 1
    assert code in codes(ticket)
    assert scoring.rescore_due_tickets() == 0


def test_waiting_raises_the_score_as_the_clock_moves(channel: Channel, time_machine: object) -> None:
    ticket = make_ticket(channel, text="Where is it?")
    start = ticket.waiting_since
    assert start is not None
    assert ticket.score_changes_at == start + timedelta(minutes=15)
    seen = []
    for hours in (0, 0.3, 1.1, 3.9, 4.1, 25, 80):
        time_machine.move_to(start + timedelta(hours=hours), tick=False)  # type: ignore[attr-defined]
        scoring.rescore_due_tickets()
        seen.append(codes(ticket)[0:1])
    assert seen == [
        [],
        ["waiting_15m"],
        ["waiting_1h"],
        ["waiting_1h"],
        ["waiting_4h"],
        ["waiting_24h"],
        ["waiting_72h"],
    ]
    assert ticket.score_changes_at is None


def test_answered_and_resolved_tickets_wait_no_more(channel: Channel) -> None:
    ticket = make_ticket(channel, waiting_since=now() - timedelta(hours=5))
    scoring.rescore_due_tickets()
    assert "waiting_4h" in codes(ticket)
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=None)
    scoring.rescore_due_tickets()
    assert codes(ticket) == []
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved", waiting_since=now() - timedelta(hours=5))
    assert scoring.rescore_due_tickets() == 0


def test_customer_who_becomes_important_is_scored_anew(channel: Channel) -> None:
    ticket = make_ticket(channel, text="Where is it?")
    Customer.objects.filter(pk=ticket.customer_id).update(is_vip=True, attributes={"lifetime_value": "2500.50"})
    scoring.mark_customer(customer_id=ticket.customer_id)
    scoring.rescore_due_tickets()
    assert codes(ticket) == ["vip", "value"]
    receive_message(channel, text="Hello?")
    assert codes(ticket) == ["vip", "value"]


def test_whatever_is_due_costs_the_same_few_statements(channel: Channel) -> None:
    for number in range(3):
        make_ticket(channel, sender=Address(address=f"customer{number}@mail.example"), priority="high")
    with CaptureQueriesContext(connection) as queries:
        assert scoring.rescore_due_tickets() == 3
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 5
