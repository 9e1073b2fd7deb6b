import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from helpdesk.common.errors import HelpdeskError
from surveys.models import Invitation, Survey
from surveys.services.customer_locks import lock_customers
from surveys.services.inviting import invite_caller, invite_customer
from surveys.services.planning import plan_tickets
from surveys.services.sending import ask_planned, send_due_surveys
from surveys.services.tokens import survey_url
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_ticket
from tickets.models import Customer, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still
Make = Callable[..., Ticket]


def invite(ticket: Ticket, occasion: str = "manual:1", **fields: Any) -> Invitation:
    values = {
        "survey_id": Survey.objects.get().pk, "customer_id": ticket.customer_id, "ticket_id": ticket.pk, "occasion": occasion,
        "actor": Actor.system(),
    }  # fmt: skip
    return invite_customer(**(values | fields))


def test_customer_is_asked_on_purpose_in_his_conversation(clock: Any, answered_ticket: Make, agent: Any) -> None:
    ticket = answered_ticket()
    invitation = invite(ticket, actor=Actor.agent(agent))
    assert invitation.requested_by == agent
    assert send_due_surveys() == 1
    assert Message.objects.get(purpose="survey").conversation == ticket.messages.order_by("id")[0].conversation


def test_same_occasion_is_the_same_question(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    first = invite(ticket)
    ask_planned(first.pk)
    assert invite(ticket, send=False) == first
    send_due_surveys()
    assert Message.objects.filter(purpose="survey").count() == 1


def test_question_for_later_waits(clock: Any, answered_ticket: Make) -> None:
    invitation = invite(answered_ticket(), due_at=START + timedelta(days=30), occasion="recovery:1")
    assert send_due_surveys() == 0
    clock.shift(timedelta(days=30))
    send_due_surveys()
    invitation.refresh_from_db()
    assert invitation.state == "sent"


def test_handed_out_link_takes_a_vote_and_nothing_leaves(clock: Any, answered_ticket: Make) -> None:
    invitation = invite(answered_ticket(), "api:order 17", send=False)
    send_due_surveys()
    assert (invitation.state, invitation.sent_via) == ("sent", "link")
    assert invitation.expires_at == START + timedelta(days=14)
    assert survey_url(invitation)
    assert record_vote(invitation_id=invitation.pk, vote=Vote(score=8)).score == 8
    assert not Message.objects.filter(purpose="survey").exists()


@pytest.mark.parametrize(("occasion", "state"), [("manual:2", "suppressed"), ("recovery:2", "sent")])
def test_quiet_period_holds_for_all_but_who_is_being_won_back(
    clock: Any, answered_ticket: Make, occasion: str, state: str
) -> None:
    ticket = answered_ticket()
    invite(ticket)
    send_due_surveys()
    second = invite(ticket, occasion)
    send_due_surveys()
    second.refresh_from_db()
    assert second.state == state


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: Customer.objects.update(do_not_survey_until=START + timedelta(days=1)), "not_wanted"),
        (lambda: mark_spam(ticket_id=Ticket.objects.get().pk, actor=Actor.system()), "spam"),
    ],
)
def test_reasons_hold_for_questions_on_purpose_too(
    clock: Any, answered_ticket: Make, change: Callable[[], Any], reason: str
) -> None:
    invitation = invite(answered_ticket())
    change()
    send_due_surveys()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.reason) == ("suppressed", reason)


def test_link_for_who_must_not_be_asked_is_none(clock: Any, answered_ticket: Make) -> None:
    ticket = answered_ticket()
    Customer.objects.update(is_blocked=True)
    assert invite(ticket, send=False).reason == "blocked"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"occasion": "contact:1"}, "unknown_occasion"),
        ({"occasion": "api:" + "x" * 60}, "unknown_occasion"),
        ({"survey_id": 0}, "survey_not_found"),
        ({"customer_id": 0}, "customer_not_found"),
        ({"ticket_id": 0}, "ticket_not_found"),
    ],
)
def test_what_does_not_fit_is_refused(clock: Any, answered_ticket: Make, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(HelpdeskError) as refusal:
        invite(answered_ticket(), **fields)
    assert refusal.value.code == code


def test_ticket_of_another_customer_and_a_survey_that_is_off_are_refused(
    clock: Any, answered_ticket: Make, api_channel: Any
) -> None:
    other = make_ticket(api_channel)
    ticket = answered_ticket()
    with pytest.raises(HelpdeskError, match="another customer"):
        invite(ticket, ticket_id=other.pk)
    Survey.objects.update(is_active=False)
    with pytest.raises(HelpdeskError, match="switched off"):
        invite(ticket)


def test_merged_customer_is_the_one_he_became(clock: Any, answered_ticket: Make, api_channel: Any) -> None:
    ticket, old = answered_ticket(), make_ticket(api_channel).customer
    Customer.objects.filter(pk=old.pk).update(merged_into=ticket.customer)
    assert invite(ticket, customer_id=old.pk).customer == ticket.customer


def test_caller_is_asked_at_the_end_of_his_call_and_not_in_writing_too(clock: Any, survey: Survey) -> None:
    ticket = make_ticket(make_channel(kind="voice"))
    invitation = invite_caller(ticket_id=ticket.pk, contact_number=1, language="de")
    assert invitation is not None
    assert (invitation.state, invitation.sent_via, invitation.language) == ("sent", "call", "de")
    assert invite_caller(ticket_id=ticket.pk, contact_number=1) is None
    plan_tickets([ticket.pk])
    clock.shift(timedelta(days=1))
    assert send_due_surveys() == 0
    record_vote(invitation_id=invitation.pk, vote=Vote(score=7))


def test_caller_who_was_asked_a_while_ago_is_not_asked_in_the_call(clock: Any, survey: Survey) -> None:
    channel = make_channel(kind="voice")
    ticket = make_ticket(channel)
    invite_caller(ticket_id=ticket.pk, contact_number=1)
    assert invite_caller(ticket_id=ticket.pk, contact_number=2) is None


def test_caller_waits_for_whoever_else_is_asking_him(survey: Survey) -> None:
    ticket = make_ticket(make_channel(kind="voice"))
    is_held, may_go = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            lock_customers([ticket.customer_id])
            is_held.set()
            may_go.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        assert is_held.wait(10)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                invite_caller(ticket_id=ticket.pk, contact_number=1)
        finally:
            may_go.set()


def test_share_of_an_api_survey_leaves_others_out(clock: Any, answered_ticket: Make) -> None:
    Survey.objects.update(sample_percent=1)
    ticket = answered_ticket()
    states = {invite(ticket, f"api:{uuid.UUID(int=number)}").state for number in range(8)}
    assert "suppressed" in states
    assert invite(ticket, "manual:1").state == "scheduled"
