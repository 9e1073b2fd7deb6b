from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from surveys.models import Invitation, Survey
from surveys.services.planning import plan_surveys, plan_tickets
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel, make_ticket, receive_message
from tests.support.event_log import wait_for_horizon
from tickets.models import BusinessHours, BusinessHoursSpan, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam, reopen_ticket, resolve_ticket, unmark_spam
from tickets.services.replies import reply_to_ticket
from tickets.services.unsending import undo_send

SYSTEM = Actor.system()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still
GAP, DELAY = timedelta(hours=12), timedelta(minutes=10)
Make = Callable[..., Ticket]


def office_hours() -> None:
    """Monday to Friday, 9 to 18 o'clock."""
    hours = BusinessHours.objects.create(name="Office", time_zone="UTC", is_default=True)
    for weekday in range(5):
        BusinessHoursSpan.objects.create(hours=hours, weekday=weekday, starts_at=time(9), ends_at=time(18))


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


def test_further_survey_asks_about_each_resolution(clock: Any, answered_ticket: Make) -> None:
    Survey.objects.create(name="Solved?", occasion="resolution", delay=DELAY)
    ticket = answered_ticket()
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    found = [(occasion, state) for occasion, state, _reason, _due_at in planned(ticket)]
    assert sorted(found) == [("contact:1", "scheduled"), ("resolution:1", "scheduled")]


def test_resolution_that_was_none_is_not_asked_about_and_the_next_one_is(clock: Any, answered_ticket: Make) -> None:
    Survey.objects.update(occasion="resolution")
    ticket = answered_ticket()
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    plan_tickets([ticket.pk])
    clock.shift(timedelta(minutes=5))
    reopen_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[0][:3] == ("resolution:1", "suppressed", "reopened")
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[1][:3] == ("resolution:2", "scheduled", "")


def test_surveys_for_manual_and_api_occasions_ask_by_themselves_about_nothing(
    clock: Any, answered_ticket: Make
) -> None:
    Survey.objects.update(occasion="manual")
    Survey.objects.create(name="After a purchase", occasion="api")
    assert planned(answered_ticket()) == []


def test_due_time_outside_business_hours_moves_to_the_opening(clock: Any, answered_ticket: Make) -> None:
    office_hours()
    Survey.objects.update(only_in_business_hours=True)
    clock.shift(timedelta(hours=8, minutes=30))  # 17:30
    ticket = answered_ticket()
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[0][3] == START.replace(hour=17, minute=40)
    reopen_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    clock.shift(timedelta(minutes=25))  # 17:55
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    assert planned(ticket)[0][3] == START + timedelta(days=1)


def test_question_whose_hour_has_passed_waits_for_the_next_opening(clock: Any, answered_ticket: Make) -> None:
    office_hours()
    Survey.objects.update(only_in_business_hours=True)
    ticket = answered_ticket()
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    plan_tickets([ticket.pk])
    clock.shift(timedelta(hours=10))  # 19:00: the jobs stood still
    assert send_due_surveys() == 1
    assert Invitation.objects.values_list("state", "due_at").get() == ("scheduled", START + timedelta(days=1))
    assert planned(ticket)[0][1] == "scheduled"
    clock.shift(timedelta(hours=14))
    send_due_surveys()
    assert Invitation.objects.get().state == "sent"


def test_share_of_the_customers_is_asked_and_the_others_are_shown(clock: Any, answered_ticket: Make) -> None:
    Survey.objects.update(sample_percent=1)
    tickets = [answered_ticket(subject=f"Matter {number}").pk for number in range(5)]
    plan_tickets(tickets)
    states = list(Invitation.objects.order_by("id").values_list("state", "reason"))
    assert ("suppressed", "not_sampled") in states
    plan_tickets(tickets)
    Survey.objects.update(sample_percent=100)
    plan_tickets(tickets)
    assert list(Invitation.objects.order_by("id").values_list("state", "reason")) == states


def test_contact_of_the_bot_alone_is_not_asked_about_until_a_person_answers(
    clock: Any, survey: Survey, email_channel: Any, agent: Any
) -> None:
    Survey.objects.update(human_only=True)
    ticket = make_ticket(email_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.bot(), text="It is on its way.")
    assert planned(ticket)[0][1:3] == ("suppressed", "bot_only")
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="I looked again.")
    assert planned(ticket)[0][1:3] == ("scheduled", "")


def test_questions_that_somebody_asked_for_are_left_to_him(clock: Any, answered_ticket: Make, survey: Survey) -> None:
    ticket = answered_ticket()
    Invitation.objects.create(survey=survey, customer=ticket.customer, ticket=ticket, occasion="manual:1", due_at=START)
    assert ("manual:1", "scheduled", "", START) in planned(ticket)


@pytest.mark.django_db(transaction=True)
def test_follower_plans_what_the_log_says_and_reads_each_event_once(answered_ticket: Make) -> None:
    ticket = answered_ticket()
    wait_for_horizon()
    assert [plan_surveys(), plan_surveys()] == [1, 0]
    assert Invitation.objects.get().ticket == ticket
