"""Limits that are missed or near are recorded once each, by the clock of the database."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Notification, RoutingRule, SLAPolicy, SLATarget, SLATimer, Ticket, TicketEvent, TriageItem
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.enforcement import enforce_time_limits
from tickets.services.lifecycle import mark_spam
from tickets.services.replies import reply_to_ticket

HOUR = 3600


@pytest.fixture
def policy(db: None) -> SLAPolicy:
    policy = SLAPolicy.objects.create(name="Everybody")
    SLATarget.objects.create(policy=policy, metric="first_response", seconds=HOUR, warn_before_seconds=900)
    SLATarget.objects.create(policy=policy, metric="resolution", seconds=2 * HOUR)
    return policy


def pass_time(**span: float) -> None:
    """As if so much time had gone by since: every clock is due that much earlier."""
    shift: Any = [timedelta(**span)] * 3
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_slatimer SET due_at = due_at - %s, warn_at = warn_at - %s, started_at = started_at - %s",
            shift,
        )


def one(ticket: Ticket, metric: str = "first_response") -> SLATimer:
    return SLATimer.objects.get(ticket=ticket, metric=metric)


def test_missed_limit_is_recorded_at_the_time_it_was_due(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel())
    pass_time(hours=1, minutes=30)
    assert enforce_time_limits() == 1
    late = one(ticket)
    assert (late.state, late.breached_at) == ("breached", late.due_at)
    assert late.detected_at is not None
    assert late.due_at is not None
    assert late.detected_at > late.due_at + timedelta(minutes=29)
    told = TicketEvent.objects.get(ticket=ticket, kind="sla.breached")
    assert (told.at, told.data["timer"], told.data["metric"]) == (late.due_at, late.pk, "first_response")
    assert datetime.fromisoformat(told.data["due_at"]) == late.due_at
    assert late.history[-1]["what"] == "breached"
    assert enforce_time_limits() == 0


def test_limit_that_comes_near_is_warned_of_once_and_missed_later(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    assign_ticket(ticket_id=ticket.pk, actor=Actor.system(), assignee_id=agent.pk)
    pass_time(minutes=50)
    assert (enforce_time_limits(), enforce_time_limits()) == (1, 0)
    warned = one(ticket)
    assert (warned.state, warned.warned_at is not None, warned.history[-1]["what"]) == ("running", True, "warned")
    pass_time(minutes=20)
    assert (enforce_time_limits(), enforce_time_limits()) == (1, 0)
    kinds = list(
        Notification.objects.filter(user=agent, ticket=ticket, kind__startswith="sla").values_list("kind", flat=True)
    )
    assert sorted(kinds) == ["sla_breached", "sla_warned"]


def test_what_is_missed_before_anybody_warned_is_not_warned_of(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel())
    pass_time(hours=1, minutes=1)
    enforce_time_limits()
    assert one(ticket).warned_at is None
    assert not TicketEvent.objects.filter(ticket=ticket, kind="sla.warned").exists()


def test_limits_of_one_ticket_that_are_missed_together_have_consecutive_sequences(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel())
    before = Ticket.objects.get(pk=ticket.pk)
    pass_time(hours=3)
    assert enforce_time_limits() == 2
    told = TicketEvent.objects.filter(ticket=ticket, kind="sla.breached").order_by("sequence")
    assert [event.sequence for event in told] == [before.event_sequence + 1, before.event_sequence + 2]
    assert [event.data["metric"] for event in told] == ["first_response", "resolution"]
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.event_sequence, after.version) == (before.event_sequence + 2, before.version + 1)
    assert after.next_due_at == before.next_due_at


def test_sweep_after_an_outage_of_three_hours_catches_up_with_each_once(policy: SLAPolicy, agent: Any) -> None:
    channel = make_channel()
    tickets = [make_ticket(channel) for _number in range(3)]
    copy_tickets(tickets[0], 497)
    Ticket.objects.update(assignee=agent)
    pass_time(hours=4)
    assert enforce_time_limits() == 1000
    assert enforce_time_limits() == 0
    assert_each_once(1000)


def test_unassigned_ticket_is_told_to_its_team_and_without_one_to_the_leads(
    policy: SLAPolicy, agent: Any, lead: Any, stranger: Any
) -> None:
    channel = make_channel()
    in_team = make_ticket(channel, team=make_team("Billing", agent))
    loose = make_ticket(channel)
    pass_time(minutes=50)
    enforce_time_limits()
    told = {(row.ticket_id, row.user_id) for row in Notification.objects.filter(kind="sla_warned")}
    assert told == {(in_team.pk, agent.pk), (loose.pk, lead.pk)}


def test_rules_get_something_to_look_at_only_where_one_listens(policy: SLAPolicy) -> None:
    first = make_ticket(make_channel())
    pass_time(hours=1, minutes=1)
    enforce_time_limits()
    assert not TriageItem.objects.filter(ticket=first, trigger="sla_breached").exists()
    RoutingRule.objects.create(name="Late", triggers=["sla_breached"])
    second = make_ticket(make_channel())
    pass_time(hours=1, minutes=1)
    enforce_time_limits()
    assert TriageItem.objects.get(ticket=second, trigger="sla_breached").data["metric"] == "first_response"


def test_answered_and_closed_tickets_are_not_late(policy: SLAPolicy, agent: Any) -> None:
    channel = make_channel()
    answered, spam = make_ticket(channel), make_ticket(channel)
    reply_to_ticket(ticket_id=answered.pk, actor=Actor.agent(agent), text="Here you are.")
    mark_spam(ticket_id=spam.pk, actor=Actor.agent(agent))
    pass_time(hours=1, minutes=1)
    assert enforce_time_limits() == 0


def test_clock_that_was_left_on_a_closed_ticket_is_ended_and_not_late(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel(), status="closed")
    pass_time(hours=3)
    assert enforce_time_limits() == 0
    assert {timer.state for timer in SLATimer.objects.filter(ticket=ticket)} == {"cancelled"}


@pytest.mark.parametrize("wrong", [timedelta(hours=2), timedelta(days=-3)])
def test_worker_whose_clock_is_wrong_calls_nothing_late_and_misses_nothing(
    policy: SLAPolicy, time_machine: Any, wrong: timedelta
) -> None:
    channel = make_channel()
    late = make_ticket(channel)
    pass_time(hours=1, minutes=1)
    fresh = make_ticket(channel)
    time_machine.move_to(timezone.now() + wrong)
    assert enforce_time_limits() == 1
    assert (one(late).state, one(fresh).state) == ("breached", "running")


def test_sweep_with_nothing_due_asks_once(policy: SLAPolicy) -> None:
    make_ticket(make_channel())
    with CaptureQueriesContext(connection) as queries:
        assert enforce_time_limits() == 0
    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_record_each_limit_once(policy: SLAPolicy, agent: Any) -> None:
    copy_tickets(make_ticket(make_channel()), 1199)
    Ticket.objects.update(assignee=agent)
    pass_time(hours=4)
    recorded = list(together(4, enforce_time_limits))
    recorded.append(enforce_time_limits())
    assert sum(recorded) == 2400
    assert_each_once(2400)


@pytest.mark.django_db(transaction=True)
def test_ticket_that_somebody_holds_waits_for_the_next_round(policy: SLAPolicy, agent: Any) -> None:
    channel = make_channel()
    held, free = make_ticket(channel), make_ticket(channel)
    pass_time(hours=1, minutes=1)
    with locked_elsewhere(held):
        assert enforce_time_limits() == 1
    assert (one(held).state, one(free).state) == ("running", "breached")
    assert enforce_time_limits() == 1


def copy_tickets(ticket: Ticket, number: int) -> None:
    """So many more tickets like this one, with its clocks."""
    columns = ", ".join(
        f'"{field.column}"' for field in Ticket._meta.concrete_fields if field.column not in ("id", "number")
    )
    timer = ", ".join(
        f's."{field.column}"' for field in SLATimer._meta.concrete_fields if field.column not in ("id", "ticket_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH made AS (INSERT INTO tickets_ticket ({columns}) SELECT {columns} FROM tickets_ticket, "
            f"generate_series(1, %s) WHERE id = %s RETURNING id) INSERT INTO tickets_slatimer (ticket_id, "
            f"{timer.replace('s.', '')}) SELECT made.id, {timer} FROM made, tickets_slatimer s WHERE s.ticket_id = %s",
            [number, ticket.pk, ticket.pk],
        )


def assert_each_once(count: int) -> None:
    """So many limits, each with one event, one notice and its own time; no gap in any ticket's log."""
    timers = SLATimer.objects.filter(state="breached")
    assert timers.count() == count
    assert all(timer.breached_at == timer.due_at for timer in timers)
    events = Counter(TicketEvent.objects.filter(kind="sla.breached").values_list("data__timer", flat=True))
    assert set(events.values()) == {1}
    assert set(events) == {timer.pk for timer in timers}
    assert Notification.objects.filter(kind="sla_breached").count() == count


def together(number: int, work: Any) -> Iterator[int]:
    results: list[int] = []
    start = threading.Barrier(number)

    def run() -> None:
        start.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == number
    yield from results


@contextmanager
def locked_elsewhere(ticket: Ticket) -> Iterator[None]:
    """Another session holds the ticket's row for the block."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN")
                cursor.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
                taken.set()
                done.wait(10)
                cursor.execute("COMMIT")
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(10)
    yield
    done.set()
    thread.join()
