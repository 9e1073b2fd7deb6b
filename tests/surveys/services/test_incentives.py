from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from helpdesk.common.errors import Conflict, HelpdeskError, PermissionRefused, Unprocessable
from surveys.models import CouponCode, Incentive, RecoveryCase, RecoveryStep
from surveys.selectors.recovery import standing_of
from surveys.services.incentive_codes import import_codes
from surveys.services.incentives import approve_incentive, offer_incentive, refuse_incentive
from surveys.services.recovery_cases import skip_step
from tests.factories import make_ticket
from tickets.models import Message, Notification, TicketEvent
from tickets.services.actors import Actor

TEXT = "Please take this: {{recovery.incentive}}. Is there anything else?"


@pytest.fixture
def pool(db: None) -> Incentive:
    incentive = Incentive.objects.create(name="Ten off", description="10 % off", cost=Decimal("10"))
    import_codes(incentive_id=incentive.pk, codes=["SORRY-1", "SORRY-2"], actor=Actor.system())
    return incentive


@pytest.fixture
def corrected_case(email_channel: Any, agent: Any) -> RecoveryCase:
    """A case whose earlier steps were skipped."""
    ticket = make_ticket(email_channel)
    case = RecoveryCase.objects.create(
        customer=ticket.customer, ticket=ticket, source="manual", opened_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    for kind in ("cause", "plan", "apology", "correction"):
        skip_step(case_id=case.pk, kind=kind, reason="Known.", actor=Actor.agent(agent))
    return case


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(HelpdeskError) as refusal:
        call()
    return refusal.value.code


def test_customer_gets_the_code_once_and_the_case_says_so(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any
) -> None:
    offer = {"case_id": corrected_case.pk, "incentive_id": pool.pk, "text": TEXT, "actor": Actor.agent(agent)}
    step, again = offer_incentive(**offer), offer_incentive(**offer)
    message = Message.objects.get(pk=step.message_id)
    assert message.reply_text == "Please take this: 10 % off (SORRY-1). Is there anything else?"
    assert (message.author_agent_id, step.state, again.pk) == (agent.pk, "done", step.pk)
    assert CouponCode.objects.filter(state="given").values_list("case_id", "message_id").get() == (
        corrected_case.pk,
        message.pk,
    )
    corrected_case.refresh_from_db()
    assert (corrected_case.stage, corrected_case.ask_again_at is not None) == ("made_good", True)
    kinds = TicketEvent.objects.filter(ticket=corrected_case.ticket).values_list("kind", flat=True)
    assert list(kinds).count("recovery.incentive_given") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Please take this.", "no_place_for_code"),
        ("{{recovery.incentive}} for {{customer.nickname}}", "open_placeholder"),
        ("  ", "empty"),
    ],
)
def test_text_without_a_place_for_the_code_or_with_an_open_one_gives_nothing(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any, text: str, code: str
) -> None:
    offer = {"case_id": corrected_case.pk, "incentive_id": pool.pk, "text": text, "actor": Actor.agent(agent)}
    assert refused(lambda: offer_incentive(**offer)) == code
    assert not CouponCode.objects.exclude(state="free").exists()


def test_customer_that_cannot_be_told_is_given_nothing(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any
) -> None:
    corrected_case.customer.is_blocked = True
    corrected_case.customer.save()
    offer = {"case_id": corrected_case.pk, "incentive_id": pool.pk, "text": TEXT, "actor": Actor.agent(agent)}
    with pytest.raises(Unprocessable, match="blocked"):
        offer_incentive(**offer)
    assert not CouponCode.objects.exclude(state="free").exists()
    assert not RecoveryStep.objects.filter(kind="make_good").exists()


def test_gift_above_the_limit_waits_for_somebody_who_may_approve(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any, lead: Any
) -> None:
    Incentive.objects.update(approval_above=Decimal("5"))
    step = offer_incentive(case_id=corrected_case.pk, incentive_id=pool.pk, text=TEXT, actor=Actor.agent(agent))
    assert (step.state, step.message_id, CouponCode.objects.exclude(state="free").exists()) == ("waiting", None, False)
    assert list(Notification.objects.values_list("user_id", "kind")) == [(lead.pk, "incentive_waiting")]
    with pytest.raises(PermissionRefused):
        approve_incentive(case_id=corrected_case.pk, actor=Actor.agent(agent))
    given = approve_incentive(case_id=corrected_case.pk, actor=Actor.agent(lead))
    assert (given.state, given.data["approved_by"]) == ("done", lead.pk)
    # The customer hears it from the person he knows.
    assert Message.objects.get(pk=given.message_id).author_agent_id == agent.pk
    with pytest.raises(Conflict, match="waits"):
        approve_incentive(case_id=corrected_case.pk, actor=Actor.agent(lead))


def test_refused_gift_leaves_the_step_open_for_another(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any, lead: Any
) -> None:
    Incentive.objects.update(approval_above=Decimal("0"))
    offer = {"case_id": corrected_case.pk, "incentive_id": pool.pk, "text": TEXT, "actor": Actor.agent(agent)}
    offer_incentive(**offer)
    assert (
        refused(lambda: refuse_incentive(case_id=corrected_case.pk, reason=" ", actor=Actor.agent(lead))) == "no_reason"
    )
    step = refuse_incentive(case_id=corrected_case.pk, reason="Too much.", actor=Actor.agent(lead))
    assert (step.state, step.reason) == ("skipped", "Too much.")
    assert Notification.objects.filter(user=agent, kind="incentive_refused").exists()
    assert offer_incentive(**offer | {"actor": Actor.agent(lead)}).state == "done"


def test_gift_that_never_arrived_is_told_again_with_the_same_code(
    corrected_case: RecoveryCase, pool: Incentive, agent: Any
) -> None:
    other = Incentive.objects.create(name="Sample", description="A sample", kind="sample")
    import_codes(incentive_id=other.pk, codes=["S-1"], actor=Actor.system())
    offer = {"case_id": corrected_case.pk, "incentive_id": pool.pk, "text": TEXT, "actor": Actor.agent(agent)}
    first = offer_incentive(**offer)
    Message.objects.filter(pk=first.message_id).update(delivery_state="failed")
    assert "make_good" not in standing_of(corrected_case).steps
    assert refused(lambda: offer_incentive(**offer | {"incentive_id": other.pk})) == "already_done"
    # The pool is closed meanwhile; what was drawn is drawn.
    Incentive.objects.filter(pk=pool.pk).update(is_active=False, budget=Decimal(0), approval_above=Decimal(0))
    again = offer_incentive(**offer)
    assert (again.pk == first.pk, again.message_id == first.message_id, again.state) == (True, False, "done")
    assert [
        text.count("SORRY-1") for text in Message.objects.filter(author="agent").values_list("text", flat=True)
    ] == [1, 1]
    assert CouponCode.objects.exclude(state="free").get().message_id == again.message_id

    Message.objects.filter(pk=again.message_id).update(delivery_state="cancelled")
    for state, code in (("withdrawn", "code_withdrawn"), ("expired", "code_expired"), ("redeemed", "already_redeemed")):
        CouponCode.objects.filter(case=corrected_case).update(state=state)
        assert refused(lambda: offer_incentive(**offer)) == code
    CouponCode.objects.filter(case=corrected_case).update(state="withdrawn")
    assert offer_incentive(**offer | {"incentive_id": other.pk}).data["incentive"] == other.pk


def test_second_offer_of_another_kind_is_refused(corrected_case: RecoveryCase, pool: Incentive, agent: Any) -> None:
    other = Incentive.objects.create(name="Sample", description="A sample", kind="sample")
    import_codes(incentive_id=other.pk, codes=["S-1"], actor=Actor.system())
    offer = {"case_id": corrected_case.pk, "text": TEXT, "actor": Actor.agent(agent)}
    offer_incentive(incentive_id=pool.pk, **offer)
    assert refused(lambda: offer_incentive(incentive_id=other.pk, **offer)) == "already_done"
    assert other.codes.get().state == "free"
