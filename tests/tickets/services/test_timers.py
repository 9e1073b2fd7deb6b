"""The clocks of a ticket follow what happens on it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import SLAPolicy, SLATarget, SLATimer, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.assignment import change_priority
from tickets.services.lifecycle import mark_spam, reopen_ticket, resolve_ticket, set_pending, unmark_spam
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def policy() -> SLAPolicy:
    policy = SLAPolicy.objects.create(name="Everybody")
    for metric, hours in (("first_response", 1), ("next_response", 2), ("update", 24), ("resolution", 48)):
        pauses = ["pending", "on_hold"] if metric == "resolution" else []
        SLATarget.objects.create(policy=policy, metric=metric, seconds=hours * HOUR, pauses=pauses)
    SLATarget.objects.create(policy=policy, metric="first_response", priority="urgent", seconds=HOUR // 4)
    return policy


def timer(ticket: Ticket, metric: str) -> SLATimer:
    return SLATimer.objects.filter(ticket=ticket, metric=metric).order_by("-cycle")[0]


def steps(ticket: Ticket, metric: str) -> list[str]:
    return [entry["what"] for entry in timer(ticket, metric).history]


def due(ticket: Ticket) -> datetime | None:
    return Ticket.objects.get(pk=ticket.pk).next_due_at


def test_first_response_runs_from_the_customers_message(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel())
    first = timer(ticket, "first_response")
    assert first.due_at == ticket.opened_at + timedelta(hours=1) == due(ticket)
    assert first.policy_id == policy.pk == ticket.sla_policy_id


def test_notes_and_status_clicks_do_not_meet_the_first_response(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Let me look.")
    set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert timer(ticket, "first_response").state == "running"


def test_a_bots_answer_does_not_meet_the_first_response(policy: SLAPolicy) -> None:
    ticket = make_ticket(make_channel())
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.bot(), text="Hello, how can I help?")
    assert timer(ticket, "first_response").state == "running"


def test_an_answer_meets_it_and_the_next_message_starts_the_next_clock(policy: SLAPolicy, agent: Any) -> None:
    channel = make_channel(kind="whatsapp")
    ticket = make_ticket(channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="On its way.")
    assert timer(ticket, "first_response").state == "met"
    assert timer(ticket, "update").state == "running"
    receive_message(channel, text="And when?")
    waiting = timer(ticket, "next_response")
    receive_message(channel, text="Hello?")
    assert timer(ticket, "next_response").due_at == waiting.due_at
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Tomorrow.")
    assert timer(ticket, "next_response").state == "met"
    assert [one.cycle for one in SLATimer.objects.filter(ticket=ticket, metric="update").order_by("cycle")] == [1, 2]


def test_a_resolution_that_no_answer_came_with_cancels_the_response_clocks(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert timer(ticket, "first_response").state == "cancelled"
    assert timer(ticket, "resolution").state == "met"
    assert due(ticket) is None


def test_pausing_keeps_what_is_left(policy: SLAPolicy, agent: Any, time_machine: Any) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    ticket = make_ticket(make_channel())
    time_machine.move_to(start + timedelta(hours=10), tick=False)
    set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    paused = timer(ticket, "resolution")
    assert (paused.state, paused.due_at) == ("paused", None)
    assert paused.remaining_seconds == pytest.approx(38 * HOUR, abs=5)
    time_machine.move_to(start + timedelta(hours=30), tick=False)
    reopen_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    resumed = timer(ticket, "resolution")
    assert resumed.state == "running"
    assert resumed.due_at == pytest.approx(ticket.opened_at + timedelta(hours=68), abs=timedelta(seconds=5))
    assert steps(ticket, "resolution") == ["started", "paused", "resumed"]


def test_reopening_starts_a_second_cycle_with_the_full_time(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    reopen_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert [one.state for one in SLATimer.objects.filter(ticket=ticket, metric="resolution").order_by("cycle")] == [
        "met",
        "running",
    ]


def test_a_higher_priority_brings_the_limit_forward(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    change_priority(ticket_id=ticket.pk, actor=Actor.agent(agent), priority="urgent")
    assert timer(ticket, "first_response").due_at == ticket.opened_at + timedelta(minutes=15) == due(ticket)
    assert steps(ticket, "first_response") == ["started", "recomputed"]


def test_an_answer_after_the_limit_is_recorded_as_missed_at_the_limit(
    policy: SLAPolicy, agent: Any, time_machine: Any
) -> None:
    ticket = make_ticket(make_channel())
    time_machine.move_to(timezone.now() + timedelta(hours=3))
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Sorry for the wait.")
    late = timer(ticket, "first_response")
    assert (late.state, late.breached_at) == ("breached", late.due_at)
    assert late.met_at is not None
    told = TicketEvent.objects.get(ticket=ticket, kind="sla.breached")
    assert told.at == late.due_at


def test_spam_cancels_and_taking_that_back_goes_on(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    before = timer(ticket, "first_response").due_at
    mark_spam(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert timer(ticket, "first_response").state == "cancelled"
    unmark_spam(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert timer(ticket, "first_response").state == "running"
    assert timer(ticket, "first_response").due_at == before


def test_an_answer_that_is_taken_back_leaves_the_clock_as_it_was(policy: SLAPolicy, agent: Any) -> None:
    ticket = make_ticket(make_channel())
    before = timer(ticket, "first_response").due_at
    sent = reply_to_ticket(
        ticket_id=ticket.pk, actor=Actor.agent(agent), text="Oops.", status_after="resolved", undo_seconds=60
    )
    undo_send(message_id=sent.pk, actor=Actor.agent(agent))
    again = timer(ticket, "first_response")
    assert (again.state, again.due_at, again.cycle) == ("running", before, 1)
    assert (timer(ticket, "resolution").state, timer(ticket, "resolution").cycle) == ("running", 1)
