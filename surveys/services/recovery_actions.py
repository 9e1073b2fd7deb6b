"""What is done about it: the corrective actions of a case, and what their end means for the cases that wait for it."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import one_line
from surveys.models import ActionNotice, CorrectiveAction, RecoveryCase
from surveys.selectors.recovery import UNTOLD_STATES, causes_below
from surveys.services.recovery_changes import CaseChange, cleaned, lock_case, refuse_by_rule
from tickets.services.actors import Actor
from tickets.services.notifying import notify

LONGEST_TITLE = 200
NOTICE_BATCH = 1000
# How long after his complaint a customer whose case is closed is still told what was done about it.
HEARS_FOR = timedelta(days=90)


@transaction.atomic
def add_action(
    *,
    case_id: int,
    title: str,
    owner_id: int | None,
    due_on: date | None,
    text: str = "",
    actor: Actor,
    expected_version: int | None = None,
) -> CorrectiveAction:
    """Add an action to a case, also after the plan was sent: the plan is then sent again. The same open action again is that action.

    Raises NotVisible, Stale, Conflict "case_closed", InvalidInput with the field.
    """
    case = lock_case(case_id, expected_version=expected_version)
    values = checked_action(title, owner_id, due_on, text)
    _refuse_closed(case)
    same = CorrectiveAction.objects.filter(case=case, done_at=None, cancelled_at=None, **values).first()
    if same is not None:
        return same
    position = CorrectiveAction.objects.filter(case=case).count()
    action: CorrectiveAction = CorrectiveAction.objects.create(
        case=case, position=position, created_by_id=actor.user_id, **values
    )
    tell_action_owner(action, actor)
    _touch(case, actor)
    return action


@transaction.atomic
def change_action(
    *, action_id: int, actor: Actor, expected_version: int | None = None, **changes: Any
) -> CorrectiveAction:
    """Change title, owner_id, due_on or text of an open action of a case. ``expected_version`` is that of the case.

    Raises NotVisible, Stale, Conflict ("action_done", "case_closed"), InvalidInput with the field.
    """
    action, case = _locked(action_id, expected_version)
    _refuse_settled(action)
    if case is not None:
        _refuse_closed(case)
    now_so = {"title": action.title, "owner_id": action.owner_id, "due_on": action.due_on, "text": action.text}
    unknown = set(changes) - set(now_so)
    if unknown:
        raise TypeError(f"an action has no {sorted(unknown)}")
    values = checked_action(**(now_so | changes))
    if values == now_so:
        return action
    has_new_owner = values["owner_id"] != action.owner_id
    for name, value in values.items():
        setattr(action, name, value)
    action.save(update_fields=["title", "owner", "due_on", "text"])
    if has_new_owner:
        tell_action_owner(action, actor)
    if case is not None:
        _touch(case, actor)
    return action


@transaction.atomic
def finish_action(*, action_id: int, result: str, actor: Actor) -> CorrectiveAction:
    """An action is done, once. The last one of a case makes it corrected; one of a root cause leaves notices for the cases that wait.

    The notices are told by a sweep (``recovery_notices``); a case of its own is told by ``tell_action``. Finishing again changes nothing.
    Raises NotVisible, Conflict "action_cancelled".
    """
    action, case = _locked(action_id, None)
    if action.cancelled_at is not None:
        raise Conflict("action_cancelled", _("This action was cancelled."))
    if action.done_at is not None:
        return action
    action.done_at, action.done_by_id = now(), actor.user_id
    action.result = cleaned(result, field="result")
    action.save(update_fields=["done_at", "done_by", "result"])
    if case is not None and case.closed_at is None:
        change = CaseChange(case, actor)
        change.advance()
        change.touch()
        change.save()
    if action.root_cause_id is not None:
        leave_notices(action)
    return action


@transaction.atomic
def cancel_action(*, action_id: int, actor: Actor, expected_version: int | None = None) -> CorrectiveAction:
    """Leave an action out. Cancelling again changes nothing. Raises NotVisible, Stale, Conflict "action_done"."""
    action, case = _locked(action_id, expected_version)
    if action.cancelled_at is not None:
        return action
    _refuse_settled(action)
    action.cancelled_at = now()
    action.save(update_fields=["cancelled_at"])
    if case is not None and case.closed_at is None:
        change = CaseChange(case, actor)
        change.advance()
        change.touch()
        change.save()
    return action


def leave_notices(action: CorrectiveAction) -> int:
    """One notice for each case of the cause (and of what is part of it) whose customer still waits to hear of it; returns how many.

    Those are the open cases, and the closed ones that were opened less than ``HEARS_FOR`` before the action was done and whose customer
    was told of no action of the cause yet. Cases that were a mistake, demo cases and erased customers are left out. Of several cases of
    one customer the newest is told; the others say so.
    """
    assert action.root_cause_id is not None
    assert action.done_at is not None
    causes = causes_below(action.root_cause_id)
    heard = ActionNotice.objects.filter(case=OuterRef("pk"), action__root_cause__in=causes, told_at__isnull=False)
    heard = heard.exclude(message__isnull=False, message__delivery_state__in=UNTOLD_STATES)
    still_waits = Q(opened_at__gte=action.done_at - HEARS_FOR) & ~Exists(heard)
    cases = RecoveryCase.objects.filter(Q(closed_at=None) | still_waits, root_cause__in=causes, is_demo=False)
    cases = cases.filter(customer__anonymized_at=None, customer__is_demo=False)
    cases = cases.exclude(outcome=RecoveryCase.Outcome.MISTAKEN).order_by("-opened_at", "-pk")
    rows, seen = [], set()
    for case_id, customer_id in cases.values_list("pk", "customer_id"):
        reason = "told_in_other_case" if customer_id in seen else ""
        seen.add(customer_id)
        rows.append(ActionNotice(action=action, case_id=case_id, reason=reason))
    ActionNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=NOTICE_BATCH)
    return len(rows)


def _locked(action_id: int, expected_version: int | None) -> tuple[CorrectiveAction, RecoveryCase | None]:
    """The action and its case, both locked, the case first."""
    found = CorrectiveAction.objects.filter(pk=action_id).values_list("case_id", flat=True)
    if not found:
        raise NotVisible("action_not_found", _("There is no such action."))
    case = lock_case(found[0], expected_version=expected_version) if found[0] is not None else None
    action: CorrectiveAction = CorrectiveAction.objects.select_for_update(of=("self",)).get(pk=action_id)
    return action, case


def checked_action(title: str, owner_id: int | None, due_on: date | None, text: str) -> dict[str, Any]:
    """The values of an action as they are kept. Raises InvalidInput with the field."""
    line = one_line(title).strip()
    if not line or len(line) > LONGEST_TITLE:
        words = _("Write 1 to %(most)d characters.") % {"most": LONGEST_TITLE}
        raise InvalidInput("invalid_action", words, fields={"title": "length"})
    if owner_id is not None and not User.objects.filter(pk=owner_id, is_active=True).exists():
        raise InvalidInput("unknown_owner", _("Choose somebody who works here."), fields={"owner": "unknown"})
    return {"title": line, "owner_id": owner_id, "due_on": due_on, "text": cleaned(text, field="text")}


def _refuse_closed(case: RecoveryCase) -> None:
    if case.closed_at is not None:
        refuse_by_rule("case_closed")


def _refuse_settled(action: CorrectiveAction) -> None:
    if action.done_at is not None or action.cancelled_at is not None:
        raise Conflict("action_done", _("This action is done or cancelled. Add another one."))


def _touch(case: RecoveryCase, actor: Actor) -> None:
    """Whoever has the case open sees that it has changed."""
    change = CaseChange(case, actor)
    change.touch()
    change.save()


def page_of(action_id: int) -> str:
    """The path of an action's page."""
    return reverse("admin:surveys_correctiveaction_change", args=[action_id])


def tell_action_owner(action: CorrectiveAction, actor: Actor) -> None:
    """Whoever is to do it hears of it, unless he wrote it himself."""
    if action.owner_id is None or action.owner_id == actor.user_id:
        return
    data = {
        "case": action.case_id, "action": action.pk, "text": action.title,
        "due_on": action.due_on.isoformat() if action.due_on else "",
    }  # fmt: skip
    ticket_id = action.case.ticket_id if action.case is not None else None
    data |= {} if ticket_id is not None else {"path": page_of(action.pk)}
    # What is about no ticket is told in words without one.
    kind = "recovery_action" if ticket_id is not None else "improvement"
    key = f"recovery_action:{action.pk}:{action.owner_id}"
    notify(user_ids=[action.owner_id], kind=kind, key=key, ticket_id=ticket_id, data=data)
