from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict
from surveys.models import Invitation, RecoveryCase, Response, Survey
from surveys.selectors.recovery import proposal_of
from surveys.services import recovery
from surveys.services.preset import ensure_preset_survey
from surveys.services.recovery_places import asking_ticket
from surveys.services.recovery_preset import ensure_recovery_settings
from surveys.services.sending import send_due_surveys
from tests.factories import make_ticket
from tests.support.recovery import DONE, correct, make_case
from tickets.models import Conversation, Message, Notification, TicketEvent
from tickets.services.actors import Actor
from tickets.services.merging import merge_tickets

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def me(agent: Any) -> Actor:
    ensure_preset_survey()
    ensure_recovery_settings()
    return Actor.agent(agent)


@pytest.fixture
def case(email_channel: Any, agent: Any, me: Actor) -> RecoveryCase:
    """Corrected, the customer told of it, and due to be asked again."""
    case = make_case(email_channel, owner=agent, score_before=2)
    action = correct(case, me)
    recovery.tell_action(case_id=case.pk, action_id=action.pk, text=DONE, actor=me)
    return due(case)


def due(case: RecoveryCase) -> RecoveryCase:
    RecoveryCase.objects.filter(pk=case.pk).update(ask_again_at=LONG_AGO)
    case.refresh_from_db()
    return case


def answer(case: RecoveryCase, score: int, at: datetime | None = None) -> None:
    Invitation.objects.update(state="answered")
    case.refresh_from_db()
    Response.objects.create(
        invitation=case.invitation, score=score, rating=float(score), is_low=score <= 6, answered_at=at or now()
    )


def test_customer_is_asked_again_once(case: RecoveryCase) -> None:
    assert [recovery.ask_due_customers(), recovery.ask_due_customers()] == [1, 0]
    case.refresh_from_db()
    invitation = Invitation.objects.get()
    assert (case.invitation, invitation.occasion, invitation.ticket) == (invitation, f"recovery:{case.pk}", case.ticket)
    assert (case.stage, case.steps.get(kind="ask_again").state) == ("asked_again", "done")


def test_question_can_be_moved_until_it_is_asked(case: RecoveryCase, me: Actor) -> None:
    later = now() + timedelta(days=30)
    recovery.ask_again(case_id=case.pk, actor=me, at=later)
    assert recovery.ask_due_customers() == 0
    recovery.skip_step(case_id=case.pk, kind="ask_again", reason="He moved away.", actor=me)
    case.refresh_from_db()
    assert case.ask_again_at is None
    recovery.ask_again(case_id=case.pk, actor=me)
    case.refresh_from_db()
    assert now() + timedelta(days=6) < case.ask_again_at < now() + timedelta(days=8)  # type: ignore[operator]


def test_nobody_is_asked_again_before_it_is_corrected(email_channel: Any, me: Actor) -> None:
    case = make_case(email_channel)
    with pytest.raises(Conflict) as refusal:
        recovery.ask_again(case_id=case.pk, actor=me)
    assert refusal.value.code == "apology_first"


def test_owner_learns_that_no_survey_asks(case: RecoveryCase) -> None:
    Survey.objects.update(scale="0-10")
    assert [recovery.ask_due_customers(), recovery.ask_due_customers()] == [1, 0]
    case.refresh_from_db()
    step = case.steps.get(kind="ask_again")
    assert (case.stage, step.state, step.reason) == ("corrected", "waiting", "no_survey")
    assert Notification.objects.get(kind="recovery_not_asked").data["reason"] == "no_survey"


def test_good_vote_proposes_regained_and_the_case_closes_itself_after_a_while(case: RecoveryCase) -> None:
    recovery.ask_due_customers()
    answer(case, 9)
    assert [recovery.settle_asked_cases(), recovery.settle_asked_cases()] == [1, 0]
    case.refresh_from_db()
    assert (case.score_after, case.closed_at, proposal_of(case).outcome) == (9.0, None, "regained")
    Response.objects.update(answered_at=now() - timedelta(days=4))
    assert [recovery.settle_asked_cases(), recovery.settle_asked_cases()] == [1, 0]
    case.refresh_from_db()
    assert (case.outcome, case.closed_by, case.closing_note.startswith("Closed by itself")) == ("regained", None, True)
    assert TicketEvent.objects.filter(kind="recovery.closed", data__outcome="regained").count() == 1


@pytest.mark.parametrize(("score", "proposed"), [(2, "lost"), (1, "lost"), (6, "")])
def test_bad_vote_waits_for_a_person(case: RecoveryCase, score: int, proposed: str) -> None:
    recovery.ask_due_customers()
    answer(case, score, at=LONG_AGO)
    recovery.settle_asked_cases()
    case.refresh_from_db()
    assert (case.closed_at, case.score_after, proposal_of(case).outcome) == (None, float(score), proposed)
    assert Notification.objects.get(kind="recovery_answered").data["outcome"] == proposed


def test_good_vote_without_an_action_he_was_told_of_waits_for_a_person(case: RecoveryCase) -> None:
    recovery.ask_due_customers()
    case.notices.all().delete()
    answer(case, 10, at=LONG_AGO)
    recovery.settle_asked_cases()
    case.refresh_from_db()
    assert case.closed_at is None


def test_question_without_an_answer_closes_the_case_after_a_while(case: RecoveryCase) -> None:
    recovery.ask_due_customers()
    Invitation.objects.update(state="expired", expires_at=now() - timedelta(days=2))
    assert recovery.settle_asked_cases() == 0
    Invitation.objects.update(expires_at=LONG_AGO)
    assert recovery.settle_asked_cases() == 1
    case.refresh_from_db()
    assert (case.outcome, case.score_after) == ("no_answer", None)
    assert "did not answer" in case.closing_note


@pytest.mark.parametrize("why", ["not_wanted", "not_delivered"])
def test_question_that_never_reached_him_concludes_nothing_and_may_be_asked_anew(
    case: RecoveryCase, me: Actor, why: str
) -> None:
    recovery.ask_due_customers()
    held = Invitation.objects.get()
    if why == "not_delivered":
        Message.objects.filter(author="agent").update(delivery_state="failed")
        message = Message.objects.filter(author="agent").first()
        Invitation.objects.update(state="expired", message=message, expires_at=LONG_AGO)
    else:
        Invitation.objects.update(state="suppressed", reason=why, due_at=LONG_AGO)
    assert [recovery.settle_asked_cases(), recovery.settle_asked_cases()] == [1, 0]
    case.refresh_from_db()
    step = case.steps.get(kind="ask_again")
    assert (case.closed_at, case.invitation, step.state, step.reason) == (None, None, "waiting", why)
    assert Notification.objects.get(kind="recovery_not_asked").data["reason"] == why

    Message.objects.filter(author="agent").update(delivery_state="delivered")
    recovery.ask_again(case_id=case.pk, actor=me)
    due(case)
    assert recovery.ask_due_customers() == 1
    case.refresh_from_db()
    assert (case.invitation_id != held.pk, case.steps.get(kind="ask_again").state) == (True, "done")


def test_customer_is_asked_by_a_mail_of_its_own_where_everybody_would_read_it(case: RecoveryCase) -> None:
    assert asking_ticket(case) == case.ticket_id
    Conversation.objects.update(visibility="public")
    assert asking_ticket(case) is None
    recovery.ask_due_customers()
    assert Invitation.objects.get().ticket is None


def test_customer_is_asked_on_the_ticket_that_his_was_merged_into(case: RecoveryCase, email_channel: Any) -> None:
    winner = make_ticket(email_channel, subject="Again")
    merge_tickets(ticket_id=case.ticket_id or 0, into_ticket_id=winner.pk, actor=Actor.system())
    recovery.ask_due_customers()
    send_due_surveys()
    asked = Invitation.objects.get()
    assert (asked.ticket, asked.state, asked.message is not None) == (winner, "sent", True)


def test_waiting_gift_keeps_the_case_open(case: RecoveryCase) -> None:
    case.steps.create(kind="make_good", state="waiting", at=now())
    recovery.ask_due_customers()
    answer(case, 9, at=LONG_AGO)
    recovery.settle_asked_cases()
    case.refresh_from_db()
    assert case.closed_at is None
