"""An unhappy customer, end to end: a low vote, a case with an owner, the plan, the apology, each correction told, asked again, regained."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from channels_app.adapters.base import Address, ReviewReceived, digest
from helpdesk.common.errors import Conflict, Unprocessable
from surveys.models import Incentive, Invitation, RecoveryCase, RecoveryStep, RootCause, Survey
from surveys.selectors.recovery import late_cases, proposal_of, step_views
from surveys.services import recovery
from surveys.services.incentive_codes import import_codes
from surveys.services.incentives import offer_incentive
from surveys.services.planning import plan_surveys
from surveys.services.preset import ensure_preset_survey
from surveys.services.recovery_following import take_events
from surveys.services.recovery_preset import ensure_recovery_settings
from surveys.services.sending import send_due_surveys
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_team, make_ticket
from tests.support.event_log import wait_for_horizon
from tests.support.recovery import be_here, our_cause
from tickets.models import CustomerIdentity, Message, Notification, Ticket, TicketEvent
from tickets.policies.placeholders import written_date
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def asked_about(ticket: Ticket, agent: Any) -> Invitation:
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We are looking into it.")
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    wait_for_horizon()
    plan_surveys()
    send_due_surveys()
    return Invitation.objects.get(ticket=ticket)


def mails(case: RecoveryCase) -> list[str]:
    told = Message.objects.filter(ticket=case.ticket, author="agent").order_by("pk")
    return list(told.values_list("reply_text", flat=True))[1:]


@pytest.mark.django_db(transaction=True)
def test_unhappy_customer_is_won_back_step_by_step(email_channel: Any, agent: Any, stranger: Any) -> None:
    Survey.objects.update(delay=timedelta(0))
    team = make_team("Support", agent, stranger)
    carla = Address(address="carla@customer.example", name="Carla Customer")
    with time_machine.travel(MONDAY, tick=False) as clock:
        be_here(agent, stranger)
        ticket = make_ticket(email_channel, sender=carla, text="My parcel arrived broken.", team=team)
        invitation = asked_about(ticket, agent)
        record_vote(invitation_id=invitation.pk, vote=Vote(score=2, comment="The parcel was broken, nobody cared."))
        wait_for_horizon()
        assert recovery.find_signals() == 1

        # Not the agent whose answer got the low score, but his colleague.
        case = RecoveryCase.objects.get()
        assert (case.owner, case.score_before, case.source) == (stranger, 2.0, "low_score")
        assert case.customer_words == "The parcel was broken, nobody cared."
        assert Notification.objects.filter(user=stranger, kind="recovery_owner", ticket=ticket).count() == 1
        assert case.first_contact_due_at == MONDAY + timedelta(hours=24)

        me = Actor.agent(stranger)
        cause = RootCause.objects.get(key="product.defect")
        recovery.understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="Packed without padding.", actor=me)
        pack = recovery.add_action(
            case_id=case.pk, title="Send a new one, padded", owner_id=agent.pk, due_on=MONDAY.date(), actor=me
        )
        plan = recovery.prepare_text(case_id=case.pk, kind="plan")
        assert plan.open_placeholders == ()
        assert f"– Send a new one, padded: by {written_date(MONDAY.date(), 'en')}" in plan.text
        recovery.send_plan(case_id=case.pk, text=plan.text, actor=me)
        apology = recovery.prepare_text(case_id=case.pk, kind="apology")
        assert "What you got from us did not work." in apology.text
        recovery.send_apology(case_id=case.pk, text=apology.text, actor=me)

        # He answers, and the plan changes.
        refund = recovery.add_action(
            case_id=case.pk, title="Refund the postage", owner_id=stranger.pk, due_on=MONDAY.date(), actor=me
        )
        recovery.send_plan(case_id=case.pk, text=recovery.prepare_text(case_id=case.pk, kind="plan").text, actor=me)
        for action in (pack, refund):
            clock.shift(timedelta(hours=3))
            recovery.finish_action(action_id=action.pk, result="Done.", actor=me)
            told = recovery.prepare_text(case_id=case.pk, kind="action_done", action_id=action.pk)
            recovery.tell_action(case_id=case.pk, action_id=action.pk, text=told.text, actor=me)
        assert [text.splitlines()[0] for text in mails(case)] == ["Hello Carla,"] * 5

        case.refresh_from_db()
        assert (case.stage, case.first_contact_at, case.corrected_at) == (
            "corrected", MONDAY, MONDAY + timedelta(hours=6),
        )  # fmt: skip
        assert case.ask_again_at == MONDAY + timedelta(days=7, hours=6)
        assert not late_cases(stranger).exists()
        recovery.skip_step(case_id=case.pk, kind="make_good", reason="He wants none.", actor=me)

        # The clock of the database decides when he is asked; it is that time now.
        clock.shift(timedelta(days=7))
        RecoveryCase.objects.update(ask_again_at=MONDAY)
        assert [recovery.ask_due_customers(), recovery.ask_due_customers()] == [1, 0]
        send_due_surveys()
        again = Invitation.objects.get(occasion=f"recovery:{case.pk}")
        assert again.state == "sent"
        record_vote(invitation_id=again.pk, vote=Vote(score=9))
        assert recovery.settle_asked_cases() == 1
        case.refresh_from_db()
        assert (case.score_after, case.closed_at, proposal_of(case).outcome) == (9.0, None, "regained")
        recovery.close_case(case_id=case.pk, outcome="regained", note="Happy with the new parcel.", actor=me)

    case.refresh_from_db()
    assert (case.outcome, case.stage, case.closed_by) == ("regained", "closed", stranger)
    assert {view.kind: view.state for view in step_views(case)} == {
        "cause": "done", "plan": "done", "apology": "done", "correction": "done", "make_good": "skipped",
        "review_update": "", "ask_again": "done",
    }  # fmt: skip
    log = [
        event.kind for event in TicketEvent.objects.filter(ticket=ticket, kind__startswith="recovery.").order_by("pk")
    ]
    assert (log.count("recovery.opened"), log.count("recovery.customer_told"), log[-1]) == (1, 5, "recovery.closed")
    assert RecoveryStep.objects.filter(case=case).count() == 7


@pytest.mark.django_db
def test_author_of_a_bad_review_is_answered_in_public_and_won_back_in_private(email_channel: Any, agent: Any) -> None:
    ensure_recovery_settings()
    site, me = make_channel(kind="google_reviews", is_public=True), Actor.agent(agent)
    item = ReviewReceived(
        dedup_key=digest("r1"), external_id="r1", author=Address(address="carla", name="Carla Customer"), rating=1,
        text="Cold soup, rude waiter.", sent_at=datetime.now(UTC),
    )  # fmt: skip
    receive(channel=site, item=item)
    take_events(TicketEvent.objects.order_by("pk"))
    case = RecoveryCase.objects.get()
    assert (case.source, case.customer_words) == ("review", "Cold soup, rude waiter.")
    recovery.understand_case(
        case_id=case.pk, root_cause_id=our_cause("own_mistake.tone").pk, analysis="A bad evening.", actor=me
    )

    # Nothing of it is for everybody's eyes; his address is known from an order.
    apology = recovery.prepare_text(case_id=case.pk, kind="apology").text
    with pytest.raises(Unprocessable, match="Everybody would read this"):
        recovery.send_apology(case_id=case.pk, text=apology, actor=me)
    CustomerIdentity.objects.create(customer=case.customer, kind="email", address="carla@customer.example")
    recovery.answer_in_public(
        case_id=case.pk, text="That must not happen. We have written to you.", channel_id=email_channel.pk, actor=me
    )
    recovery.send_apology(case_id=case.pk, text=apology, actor=me)
    action = recovery.add_action(
        case_id=case.pk, title="Talk to the waiter", owner_id=agent.pk, due_on=datetime.now(UTC).date(), actor=me
    )
    recovery.send_plan(case_id=case.pk, text=recovery.prepare_text(case_id=case.pk, kind="plan").text, actor=me)
    wish = recovery.prepare_text(case_id=case.pk, kind="review_update").text
    with pytest.raises(Conflict, match="Correct it first"):
        recovery.ask_review_update(case_id=case.pk, text=wish, actor=me)
    recovery.finish_action(action_id=action.pk, result="He will apologise himself.", actor=me)
    recovery.ask_review_update(case_id=case.pk, text=wish, actor=me)

    # And nothing is given for it.
    pool = Incentive.objects.create(name="Soup", description="A soup")
    import_codes(incentive_id=pool.pk, codes=["SOUP-1"], actor=me)
    with pytest.raises(Conflict, match="asked to look at his review"):
        offer_incentive(case_id=case.pk, incentive_id=pool.pk, text="{{recovery.incentive}}. What else?", actor=me)
    sent = Message.objects.filter(author="agent").order_by("pk")
    assert [(one.visibility, one.channel) for one in sent] == [("public", site)] + [("private", email_channel)] * 4

    # He is asked again where he was told.
    recovery.skip_step(case_id=case.pk, kind="make_good", reason="He was asked about his review.", actor=me)
    ensure_preset_survey()
    RecoveryCase.objects.update(ask_again_at=MONDAY - timedelta(days=100))
    assert recovery.ask_due_customers() == 1
    send_due_surveys()
    question = Invitation.objects.get(occasion=f"recovery:{case.pk}").message
    assert question is not None
    assert (question.visibility, question.channel) == ("private", email_channel)
