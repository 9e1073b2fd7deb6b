from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.models import ResponseFact
from reporting.services.facts import _write_facts, rebuild_facts, refresh_facts
from tests.factories import make_ticket, receive_message
from tests.support.event_log import wait_for_horizon
from tickets.models import BusinessHours, BusinessHoursSpan, Ticket, TicketEvent, Topic
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam
from tickets.services.replies import reply_to_ticket

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["next-response"]
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_wait(make_fact: Make) -> Make:
    def make(seconds: int | None = None, **fields: Any) -> ResponseFact:
        fact = make_fact(60, **{name: fields[name] for name in ("is_demo", "team") if name in fields})
        values = {"waiting_started_at": DAY, "is_waiting": seconds is None, "channel_id": fact.channel_id, "number": 1}
        return ResponseFact.objects.create(ticket_id=fact.ticket_id, seconds=seconds, **(values | fields))

    return make


def only(question: Question) -> dict[str, Any]:
    (row,) = METRIC.rows(question)
    return dict(row.values)


def test_answered_waits_alone_are_averaged_by_both_clocks(make_wait: Make, ask: Ask) -> None:
    make_wait(7200, business_seconds=600)
    make_wait(60, business_seconds=60)
    make_wait(60)
    make_wait()
    make_wait(is_waiting=False)
    row = only(ask())
    assert (row["count"], row["mean"], row["median"], row["waiting"], row["unanswered"]) == (3, 2440.0, 60.0, 1, 1)
    assert (row["business_mean"], row["business_median"]) == (330.0, 330.0)
    assert row["share_within_60_minutes"] == pytest.approx(2 / 3)


def test_nothing_answered_is_unknown_and_not_nought(make_wait: Make, ask: Ask) -> None:
    make_wait()
    row = only(ask())
    assert [row[name] for name in ("mean", "median", "p90", "business_mean", "share_within_60_minutes")] == [None] * 5


def test_demo_counts_only_when_asked_for(make_wait: Make, ask: Ask) -> None:
    make_wait(60, is_demo=True)
    make_wait(60)
    assert [only(ask(**options))["count"] for options in ({}, {"include_demo": True}, {"only_demo": True})] == [1, 2, 1]


def test_rows_per_agent_are_those_of_who_answered(make_wait: Make, ask: Ask, agent: Any) -> None:
    make_wait(60, responder=agent)
    make_wait(90)
    assert [(row.label, row.values["count"]) for row in METRIC.rows(ask(GroupBy.AGENT))] == [
        ("Ana Agent", 1),
        ("Nobody", 1),
    ]


def weekdays_from_nine_to_five() -> None:
    hours = BusinessHours.objects.create(name="Office", time_zone="UTC", is_default=True)
    for day in range(5):
        BusinessHoursSpan.objects.create(hours=hours, weekday=day, starts_at=time(9), ends_at=time(17))


def write_log(ticket: Any, agent: Any) -> None:
    """Asked and answered on Friday; asked again at half past four and answered on Monday at half past nine."""
    ticket.team_id, friday = None, datetime(2026, 3, 6, tzinfo=UTC)
    happened = [
        ("message.received", friday + timedelta(hours=10), {"message": 1, "contact": 1}),
        ("ticket.replied", friday + timedelta(hours=11), {"message": 2, "contact": 1}),
        ("message.received", friday + timedelta(hours=16, minutes=30), {"message": 3, "contact": 1}),
        ("ticket.replied", friday + timedelta(days=3, hours=9, minutes=30), {"message": 4, "contact": 1}),
    ]
    opened = TicketEvent.objects.get(ticket=ticket, kind="ticket.opened")
    log = [opened]
    for number, (kind, moment, data) in enumerate(happened, start=opened.sequence + 1):
        is_reply = kind == "ticket.replied"
        told = data if is_reply else data | {"sort_at": moment.isoformat(), "is_auto_reply": False}
        actor = {"actor_kind": "agent", "actor_id": agent.pk} if is_reply else {"actor_kind": "customer"}
        log.append(TicketEvent(ticket=ticket, sequence=number, at=moment, kind=kind, data=told, **actor))
    _write_facts({ticket.pk: log})


@pytest.mark.django_db
def test_business_seconds_leave_the_weekend_out_and_are_unknown_without_hours(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    write_log(ticket, agent)
    assert ResponseFact.objects.get().business_seconds is None
    weekdays_from_nine_to_five()
    write_log(ticket, agent)
    fact = ResponseFact.objects.get()
    assert (fact.seconds, fact.business_seconds) == (65 * 3600, 3600)


@pytest.mark.django_db(transaction=True)
def test_rebuilding_gives_the_same_waits_and_spam_has_none(email_channel: Any, agent: Any) -> None:
    actor = Actor.agent(agent)
    kept, spam = make_ticket(email_channel), make_ticket(email_channel)
    for ticket in (kept, spam):
        reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Yes.")
        token = ticket.active_conversations.get().reply_token
        receive_message(email_channel, text="And when?", thread_tokens=(token,), sent_at=now())
    reply_to_ticket(ticket_id=kept.pk, actor=actor, text="Tomorrow.")
    mark_spam(ticket_id=spam.pk, actor=actor)
    wait_for_horizon()
    refresh_facts()
    columns = ("ticket", "number", "seconds", "waiting_started_at", "responder", "is_waiting")
    before = list(ResponseFact.objects.values_list(*columns))
    assert [row[0] for row in before] == [kept.pk]
    wait_for_horizon()
    rebuild_facts()
    assert list(ResponseFact.objects.values_list(*columns)) == before


def test_waits_are_told_apart_and_narrowed_by_the_topic_of_their_ticket(make_wait: Make, ask: Ask) -> None:
    topic = Topic.objects.create(name="Delivery")
    Ticket.objects.filter(pk=make_wait(60).ticket_id).update(topic=topic)
    make_wait(600)
    rows = METRIC.rows(ask(GroupBy.TOPIC))
    assert [(row.key, row.values["median"]) for row in rows] == [(topic.pk, 60.0), (None, 600.0)]
    assert (only(ask(topic=str(topic.pk)))["median"], only(ask(topic="none"))["median"]) == (60.0, 600.0)
