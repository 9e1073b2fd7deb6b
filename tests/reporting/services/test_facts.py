from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.forms import model_to_dict

from helpdesk.common.clock import now
from reporting.models import TicketFact, TrafficSlot
from reporting.services import facts
from reporting.services.facts import remove_demo_figures
from tests.factories import make_team, make_ticket
from tests.support.event_log import wait_for_horizon
from tests.support.programs import run_program
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.lifecycle import mark_spam, resolve_ticket
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answer(agent: Any) -> Callable[..., Any]:
    def make(ticket: Ticket, **options: Any) -> Any:
        return reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.", **options)

    return make


def refresh_facts() -> int:
    wait_for_horizon()
    return facts.refresh_facts()


def rebuild_facts(**options: Any) -> int:
    wait_for_horizon()
    return facts.rebuild_facts(**options)


def traffic() -> tuple[int, int]:
    rows = TrafficSlot.objects.values_list("received_count", "sent_count")
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def everything() -> tuple[list[Any], list[Any]]:
    stored = [model_to_dict(fact) for fact in TicketFact.objects.order_by("pk")]
    slots = list(
        TrafficSlot.objects.order_by("starts_at", "team_id").values("starts_at", "team", "received_count", "sent_count")
    )
    return stored, slots


def test_follower_turns_the_log_into_facts(email_channel: Any, agent: Any, answer: Callable[..., Any]) -> None:
    ticket = make_ticket(email_channel)
    answer(ticket)
    refresh_facts()
    fact = TicketFact.objects.get()
    assert (fact.ticket, fact.is_counted, fact.first_responder, fact.agent_reply_count) == (ticket, True, agent, 1)
    assert fact.first_response_seconds is not None
    assert traffic() == (1, 1)


def test_reading_again_counts_nothing_twice(email_channel: Any, answer: Callable[..., Any]) -> None:
    answer(make_ticket(email_channel))
    refresh_facts()
    before = everything()
    assert refresh_facts() == 0
    assert everything() == before


def test_later_events_bring_the_facts_up_to_date(email_channel: Any, answer: Callable[..., Any]) -> None:
    ticket = make_ticket(email_channel)
    refresh_facts()
    assert TicketFact.objects.get().is_waiting
    answer(ticket)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.system())
    refresh_facts()
    fact = TicketFact.objects.get()
    assert (fact.is_waiting, fact.last_resolved_at is not None, fact.contact_count) == (False, True, 1)


def test_undone_reply_leaves_facts_and_traffic(email_channel: Any, agent: Any, answer: Callable[..., Any]) -> None:
    message = answer(make_ticket(email_channel), undo_seconds=60)
    refresh_facts()
    undo_send(message_id=message.pk, actor=Actor.agent(agent))
    refresh_facts()
    assert (TicketFact.objects.get().first_response_seconds, traffic()) == (None, (1, 0))


def test_rebuilding_gives_the_same_facts(email_channel: Any, agent: Any, answer: Callable[..., Any]) -> None:
    team = make_team("Second line")
    for number in range(3):
        ticket = make_ticket(email_channel, subject=f"Matter {number}")
        answer(ticket)
        assign_ticket(ticket_id=ticket.pk, actor=Actor.system(), assignee_id=agent.pk, team_id=team.pk)
    mark_spam(ticket_id=Ticket.objects.order_by("pk")[0].pk, actor=Actor.system())
    refresh_facts()
    before = everything()
    rebuild_facts()
    assert everything() == before
    TicketFact.objects.update(agent_reply_count=99)
    assert rebuild_facts(since=now() - timedelta(days=1)) == 3
    assert everything() == before


def test_rebuilding_since_a_day_leaves_older_tickets_alone(email_channel: Any) -> None:
    make_ticket(email_channel, opened_at=now() - timedelta(days=9))
    make_ticket(email_channel)
    assert rebuild_facts(since=now() - timedelta(days=1)) == 1


def test_demo_tickets_are_facts_that_do_not_count(email_channel: Any) -> None:
    make_ticket(email_channel, is_demo=True)
    make_ticket(email_channel)
    refresh_facts()
    rows = TicketFact.objects
    assert [rows.counted().count(), rows.counted(include_demo=True).count(), rows.demo().count()] == [1, 2, 1]
    assert remove_demo_figures() == 1
    assert traffic() == (1, 0)


def test_spam_counts_nowhere(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    mark_spam(ticket_id=ticket.pk, actor=Actor.system())
    refresh_facts()
    assert not TicketFact.objects.counted(include_demo=True).exists()


@pytest.mark.parametrize("kills", [1, 2])
def test_follower_that_dies_counts_nothing_twice(email_channel: Any, answer: Callable[..., Any], kills: int) -> None:
    for number in range(3):
        answer(make_ticket(email_channel, subject=f"Matter {number}"))
    wait_for_horizon()
    program = "from reporting.services.facts import refresh_facts; refresh_facts()"
    for _ in range(kills):
        assert run_program(program, failpoint="facts.before_position") == -9
    assert (TicketFact.objects.count(), traffic()) == (0, (0, 0))
    assert run_program(program) == 0
    assert (TicketFact.objects.count(), traffic()) == (3, (3, 3))
