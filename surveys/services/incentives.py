"""Making good: a code from a pool goes to the customer of a case, after an approval where the pool asks for one.

Code, message, step and event commit together: whoever is killed in between has given nothing.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, NotVisible, PermissionRefused, Unprocessable
from helpdesk.common.failpoints import failpoint
from surveys.models import CouponCode, Incentive, RecoveryStep
from surveys.policies.incentives import needs_approval
from surveys.policies.recovery import MAKE_GOOD, SKIPPED, WAITING, has_open_placeholder
from surveys.selectors.recovery import UNTOLD_STATES
from surveys.services.incentive_codes import draw_code, drawable, given_in_case
from surveys.services.recovery_changes import CaseChange, cleaned, lock_case, refuse_by_rule
from surveys.services.recovery_opening import lock_customers_of_case
from surveys.services.recovery_telling import say
from tickets.policies.placeholders import placeholders_in
from tickets.services.actors import Actor
from tickets.services.notifying import notify

PLACEHOLDER = "recovery.incentive"
APPROVE = "surveys.approve_incentive"


@transaction.atomic
def offer_incentive(*, case_id: int, incentive_id: int, text: str, actor: Actor) -> RecoveryStep:
    """Give the customer a code, once per case; with an approval still to come, the step waits and nothing is sent.

    ``text`` says ``{{recovery.incentive}}`` where the code shall stand. The same offer again changes nothing; where its message failed
    or was taken back, it tells him the same code again. Raises NotVisible, Conflict ("already_done", "incentive_waiting",
    "review_for_gift", "..._first", "case_closed" and what ``draw_code`` names), Unprocessable ("no_place_for_code", "open_placeholder"
    and what the reply names).
    """
    lock_customers_of_case(case_id)
    change = CaseChange(lock_case(case_id), actor)
    step = change.case.steps.select_related("message").filter(kind=MAKE_GOOD).exclude(state=SKIPPED).first()
    is_untold = step is not None and step.message is not None and step.message.delivery_state in UNTOLD_STATES
    if step is not None and not is_untold:
        if step.data.get("incentive") == incentive_id:
            return step
        refuse_by_rule("incentive_waiting" if step.state == WAITING else "already_done")
    if _has_other_code(change, incentive_id):
        refuse_by_rule("already_done")
    change.require(MAKE_GOOD)
    clean = _checked(text)
    if step is not None and step.data.get("incentive") == incentive_id:
        # What it costs was decided on when it was drawn.
        given = Incentive.objects.get(pk=incentive_id)
        return _give(change, given, clean, approved_by=step.data.get("approved_by"))
    incentive = drawable(incentive_id)
    if _must_wait(change, incentive):
        data = {"incentive": incentive_id, "text": clean, "by": actor.user_id, "cost": str(incentive.cost)}
        step = change.settle(MAKE_GOOD, WAITING, data=data)
        change.save()
        _ask_for_approval(change, step)
        return step
    return _give(change, incentive, clean)


@transaction.atomic
def approve_incentive(*, case_id: int, actor: Actor) -> RecoveryStep:
    """Let a waiting gift go out, in the name of who asked for it. Raises NotVisible, PermissionRefused, Conflict ("nothing_waiting" and
    what ``draw_code`` names).
    """
    change, step, incentive = _waiting(case_id, actor)
    asked_by = step.data.get("by")
    if asked_by is not None and User.objects.filter(pk=asked_by, is_active=True).exists():
        change.actor = Actor(kind="agent", user_id=asked_by)
    given = _give(change, incentive, step.data["text"], approved_by=actor.user_id)
    _tell_who_asked(change, step, kind="incentive_approved")
    return given


@transaction.atomic
def refuse_incentive(*, case_id: int, reason: str, actor: Actor) -> RecoveryStep:
    """Say no to a waiting gift, with a reason; the step may be done with another one. Raises as ``approve_incentive``, and Unprocessable
    "no_reason".
    """
    change, step, _incentive = _waiting(case_id, actor)
    why = cleaned(reason, field="reason")
    if not why:
        refuse_by_rule("no_reason", field="reason")
    asked = dict(step.data)
    refused = change.settle(MAKE_GOOD, SKIPPED, reason=why, data=asked | {"refused_by": actor.user_id})
    change.save()
    _tell_who_asked(change, step, kind="incentive_refused")
    return refused


def _waiting(case_id: int, actor: Actor) -> tuple[CaseChange, RecoveryStep, Incentive]:
    """What waits for an approval, with its case locked."""
    change = CaseChange(lock_case(case_id), actor)
    if not _may_approve(actor):
        raise PermissionRefused("may_not_approve", _("You may not approve incentives."))
    step = change.case.steps.filter(kind=MAKE_GOOD, state=WAITING).first()
    if step is None:
        raise Conflict("nothing_waiting", _("Nothing waits for approval in this case."))
    incentive = Incentive.objects.filter(pk=step.data["incentive"]).first()
    if incentive is None:
        raise NotVisible("incentive_not_found", _("There is no such incentive."))
    return change, step, incentive


def _give(change: CaseChange, incentive: Incentive, text: str, *, approved_by: int | None = None) -> RecoveryStep:
    """Draw the code, tell the customer and write it down, in the caller's transaction."""
    code = draw_code(case=change.case, incentive_id=incentive.pk, actor=change.actor)
    failpoint("incentive.before_telling")
    message = say(change, _with_code(text, code, incentive))
    code.message = message
    code.save(update_fields=["message"])
    data = {"incentive": incentive.pk, "code": code.pk, "cost": str(incentive.cost), "approved_by": approved_by}
    step = change.settle(MAKE_GOOD, message_id=message.pk, data=data)
    change.tell("recovery.incentive_given", incentive=incentive.pk, code=code.pk)
    change.tell("recovery.customer_told", step=MAKE_GOOD, message=message.pk)
    change.advance()
    change.save()
    failpoint("incentive.before_commit")
    return step


def _has_other_code(change: CaseChange, incentive_id: int) -> bool:
    """Whether the case has a code of another pool, that was not taken back and has not run out."""
    codes = change.case.codes.filter(state__in=(CouponCode.State.GIVEN, CouponCode.State.REDEEMED))
    return bool(codes.exclude(incentive=incentive_id).exists())


def _checked(text: str) -> str:
    """The text as it is kept. Raises unless the code has a place in it and nothing else is open."""
    clean = cleaned(text, field="text", is_needed=True)
    if PLACEHOLDER not in {place.name for place in placeholders_in(clean)}:
        raise Unprocessable(
            "no_place_for_code",
            _("Leave “{{recovery.incentive}}” in the text: the code will stand there."),
            fields={"text": "no_place_for_code"},
        )
    if has_open_placeholder(_filled(clean, "")):
        refuse_by_rule("open_placeholder")
    return clean


def _with_code(text: str, code: CouponCode, incentive: Incentive) -> str:
    return _filled(text, f"{incentive.description} ({code.code})")


def _filled(text: str, value: str) -> str:
    for place in reversed(list(placeholders_in(text))):
        if place.name == PLACEHOLDER:
            text = text[: place.start] + value + text[place.end :]
    return text


def _must_wait(change: CaseChange, incentive: Incentive) -> bool:
    given = given_in_case(change.case.pk)
    asks = needs_approval(cost=incentive.cost, given_in_case=given, approval_above=incentive.approval_above)
    return asks and not _may_approve(change.actor)


def _may_approve(actor: Actor) -> bool:
    user = User.objects.filter(pk=actor.user_id, is_active=True).first() if actor.user_id is not None else None
    return user is not None and user.has_perm(APPROVE)


def _ask_for_approval(change: CaseChange, step: RecoveryStep) -> None:
    case = change.case
    approvers = list(User.objects.with_perm(APPROVE).values_list("pk", flat=True))
    notify(
        user_ids=approvers, kind="incentive_waiting", key=f"incentive_waiting:{case.pk}:{step.at.timestamp()}",
        ticket_id=case.ticket_id, data={"case": case.pk, "incentive": step.data["incentive"]}, by_mail=True,
    )  # fmt: skip


def _tell_who_asked(change: CaseChange, step: RecoveryStep, *, kind: str) -> None:
    asked_by = step.data.get("by")
    if asked_by is not None:
        case = change.case
        notify(
            user_ids=[asked_by], kind=kind, key=f"{kind}:{case.pk}:{step.at.timestamp()}", ticket_id=case.ticket_id,
            data={"case": case.pk, "incentive": step.data["incentive"]},
        )  # fmt: skip
