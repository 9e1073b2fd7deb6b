"""Work in the workspace: what beats of the browser become."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.common.clock import now, told_time
from helpdesk.common.errors import TooManyRequests
from tests.factories import make_ticket, receive_message
from tickets.models import Ticket, TicketEvent, WorkInterval
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket
from tickets.services.work import beat, end_idle_work, leave

pytestmark = pytest.mark.django_db
At = Callable[[float], AbstractContextManager[None]]
Beats = Callable[..., None]
START = now()


@pytest.fixture
def at() -> At:
    """``with at(25):`` is 25 seconds later."""
    return lambda second: told_time(START + timedelta(seconds=second))


@pytest.fixture
def ticket(email_channel: Any, at: At) -> Ticket:
    """A customer waits."""
    with at(-600):
        return make_ticket(email_channel)


@pytest.fixture
def beats(agent: Any, at: At) -> Beats:
    """``beats(ticket, 0, 25, 50)``: the browser says at these seconds that the agent works there."""

    def send(ticket: Ticket, *seconds: float, by: Any = agent, is_writing: bool = False) -> None:
        for second in seconds:
            ticket.refresh_from_db()
            with at(second):
                beat(ticket=ticket, agent_id=by.pk, is_writing=is_writing)

    return send


def stretches() -> list[tuple[str, float, float | None]]:
    """(kind, begun, ended) of every stretch, in seconds."""
    rows = WorkInterval.objects.order_by("started_at", "pk")
    return [
        (
            row.kind,
            (row.started_at - START).total_seconds(),
            (row.ended_at - START).total_seconds() if row.ended_at else None,
        )
        for row in rows
    ]


def test_beats_keep_one_stretch_running_and_leaving_ends_it(ticket: Ticket, beats: Beats, agent: Any, at: At) -> None:
    beats(ticket, 0, 25, 50)
    assert stretches() == [("active", 0, None)]
    with at(61):
        leave(ticket_id=ticket.pk, agent_id=agent.pk, is_idle=False)
    assert stretches() == [("active", 0, 61)]


def test_stretch_without_further_beats_ends_with_the_last_one(ticket: Ticket, beats: Beats, at: At) -> None:
    beats(ticket, 0, 25, 50)
    with at(100):
        assert end_idle_work() == 0
    with at(500):
        assert end_idle_work() == 1
        assert end_idle_work() == 0
    assert stretches() == [("active", 0, 50)]


def test_idle_agent_who_leaves_late_has_worked_until_his_last_beat(
    ticket: Ticket, beats: Beats, agent: Any, at: At
) -> None:
    beats(ticket, 0, 25)
    with at(70):
        leave(ticket_id=ticket.pk, agent_id=agent.pk, is_idle=True)
    assert stretches() == [("active", 0, 25)]


def test_pause_beyond_the_idle_limit_is_no_work(ticket: Ticket, beats: Beats) -> None:
    beats(ticket, 0, 25, 300, 325)
    assert stretches() == [("active", 0, 25), ("active", 300, None)]


def test_two_windows_of_one_agent_count_once_and_two_agents_twice(ticket: Ticket, beats: Beats, lead: Any) -> None:
    beats(ticket, 0, 3, 25, 28)
    beats(ticket, 30, by=lead)
    assert [kind for kind, _begun, _ended in stretches()] == ["active", "active"]
    assert WorkInterval.objects.filter(ended_at=None).count() == 2


def test_going_to_another_ticket_ends_the_work_at_the_first(ticket: Ticket, beats: Beats, email_channel: Any) -> None:
    beats(ticket, 0, 25)
    beats(make_ticket(email_channel), 40)
    assert stretches() == [("active", 0, 25), ("active", 40, None)]


def test_staying_until_the_customer_answers_is_hold(
    ticket: Ticket, beats: Beats, agent: Any, at: At, email_channel: Any
) -> None:
    beats(ticket, 0, 25)
    with at(30):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Is it the blue one?")
    beats(ticket, 32, 57)
    token = ticket.active_conversations.get().reply_token
    with at(70):
        receive_message(email_channel, text="Yes", thread_tokens=(token,))
    beats(ticket, 75)
    assert stretches() == [("active", 0, 32), ("hold", 32, 75), ("active", 75, None)]


def test_writing_a_further_answer_is_work_and_no_hold(ticket: Ticket, beats: Beats, agent: Any, at: At) -> None:
    with at(-5):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="One moment.")
    beats(ticket, 0, 25, is_writing=True)
    assert stretches() == [("active", 0, None)]


def test_staying_after_the_last_answer_was_work_after_the_contact(
    ticket: Ticket, beats: Beats, agent: Any, at: At
) -> None:
    beats(ticket, 0)
    with at(10):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It leaves today.")
    beats(ticket, 12, 37)
    with at(40):
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    beats(ticket, 42)
    with at(60):
        leave(ticket_id=ticket.pk, agent_id=agent.pk, is_idle=False)
    assert stretches() == [("active", 0, 12), ("wrap_up", 12, 42), ("wrap_up", 42, 60)]


def test_each_stretch_is_told_once_and_puts_nobodys_view_of_the_ticket_out_of_date(
    ticket: Ticket, beats: Beats, agent: Any, at: At
) -> None:
    before = ticket.version
    beats(ticket, 0, 25)
    with at(30):
        for _window in range(2):
            leave(ticket_id=ticket.pk, agent_id=agent.pk, is_idle=False)
    event = TicketEvent.objects.get(kind="work.recorded")
    assert (event.actor_id, event.data["seconds"], event.data["kind"], event.data["contact"]) == (
        agent.pk, 30, "active", 1,
    )  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.version, ticket.event_sequence) == (before, event.sequence)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), expected_version=before)


def test_passing_through_leaves_no_trace(ticket: Ticket, beats: Beats, agent: Any, at: At) -> None:
    beats(ticket, 0)
    with at(0.4):
        leave(ticket_id=ticket.pk, agent_id=agent.pk, is_idle=False)
    assert (stretches(), TicketEvent.objects.filter(kind="work.recorded").exists()) == ([], False)


def test_beat_is_one_statement_while_nothing_changes(ticket: Ticket, beats: Beats, agent: Any, at: At) -> None:
    beats(ticket, 0)
    with at(25), CaptureQueriesContext(connection) as asked:
        beat(ticket=ticket, agent_id=agent.pk, is_writing=False)
    assert [query["sql"].split()[0] for query in asked] == ["UPDATE"]


def test_somebody_who_begins_again_and_again_is_refused(ticket: Ticket, agent: Any, at: At) -> None:
    with at(0):
        for number in range(60):
            beat(ticket=Ticket(pk=ticket.pk, contact_number=number + 1), agent_id=agent.pk, is_writing=False)
        with pytest.raises(TooManyRequests):
            beat(ticket=Ticket(pk=ticket.pk, contact_number=99), agent_id=agent.pk, is_writing=False)
