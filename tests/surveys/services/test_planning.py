from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.models import Invitation, Survey
from surveys.services.planning import plan_surveys, plan_tickets
from tests.factories import make_channel, make_ticket, receive_message
from tests.support.event_log import wait_for_horizon
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam, reopen_ticket, resolve_ticket, unmark_spam
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

SYSTEM = Actor.system()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still
GAP, DELAY = timedelta(hours=12), timedelta(minutes=10)
Make = Callable[..., Ticket]


def planned(ticket: Ticket) -> list[tuple[str, str, str, Any]]:
    plan_tickets([ticket.pk])
    return list(Invitation.objects.order_by("id").values_list("occasion", "state", "reason", "due_at"))


def test_answered_contact_is_asked_about_after_it_went_quiet(clock: Any, answered_ticket: Make) -> None:
    assert planned(answered_ticket()) == [("contact:1", "scheduled", "", START + GAP + DELAY)]


def test_resolution_brings_the_question_forward(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    plan_tickets([ticket.pk])
    clock.shift(timedelta(hours=1))
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket) == [("contact:1", "scheduled", "", START + timedelta(hours=1) + DELAY)]


def test_reopening_pushes_the_question_back(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    plan_tickets([ticket.pk])
    reopen_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket) == [("contact:1", "scheduled", "", START + GAP + DELAY)]


def test_further_message_within_the_contact_pushes_the_question_back(
    clock: Any, api_channel: Any, survey: Survey, agent: Any
) -> None:
    ticket = make_ticket(api_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.")
    clock.shift(timedelta(hours=2))
    receive_message(api_channel)
    assert planned(ticket) == [("contact:1", "scheduled", "", START + timedelta(hours=2) + GAP + DELAY)]


def test_planning_twice_changes_nothing(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    assert [plan_tickets([ticket.pk]), plan_tickets([ticket.pk])] == [1, 0]


def test_spam_is_not_asked_about_and_asked_after_all_when_taken_back(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    plan_tickets([ticket.pk])
    mark_spam(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[0][1:3] == ("suppressed", "spam")
    unmark_spam(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[0][1:3] == ("scheduled", "")


def test_undone_reply_takes_the_question_back(clock: Any, survey: Survey, email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.", undo_seconds=30)
    plan_tickets([ticket.pk])
    undo_send(message_id=message.pk, actor=Actor.agent(agent))
    assert planned(ticket)[0][1:3] == ("suppressed", "unanswered")


@pytest.mark.parametrize("state", ["sent", "answered", "expired"])
def test_what_was_asked_is_never_asked_again(clock: Any, answered_ticket: Make, state: str) -> None:
    ticket = answered_ticket()
    plan_tickets([ticket.pk])
    Invitation.objects.update(state=state)
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert [row[1] for row in planned(ticket)] == [state]


def test_demo_tickets_are_never_asked_about(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    Ticket.objects.update(is_demo=True)
    assert planned(ticket) == []


def test_contacts_of_long_ago_are_left_alone(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    clock.shift(timedelta(days=10))
    assert planned(ticket) == []


def test_survey_of_the_channel_goes_before_the_general_one(
    clock: Any, answered_ticket: Make, email_channel: Any
) -> None:
    special = Survey.objects.create(name="Mail only")
    special.channels.add(email_channel)
    Survey.objects.create(name="Others only").channels.add(make_channel())
    plan_tickets([answered_ticket().pk])
    assert Invitation.objects.get().survey == special


def test_nobody_is_asked_while_every_survey_is_off(clock: Any, answered_ticket: Make) -> None:
    Survey.objects.update(is_active=False)
    assert planned(answered_ticket()) == []


@pytest.mark.django_db(transaction=True)
def test_follower_plans_what_the_log_says_and_reads_each_event_once(answered_ticket: Make) -> None:
    ticket = answered_ticket()
    wait_for_horizon()
    assert [plan_surveys(), plan_surveys()] == [1, 0]
    assert Invitation.objects.get().ticket == ticket
