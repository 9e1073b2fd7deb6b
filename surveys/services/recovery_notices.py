"""One correction, many customers: each hears of it once, on his own conversation, in his own language."""

from django.db import transaction

from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from surveys.models import ActionNotice, RecoveryCase
from surveys.policies.recovery import has_open_placeholder
from surveys.services.recovery_changes import CaseChange
from surveys.services.recovery_owners import leads_of
from surveys.services.recovery_preparing import prepare_text
from surveys.services.recovery_telling import tell_locked
from tickets.services.actors import Actor
from tickets.services.notifying import notify

BATCH = 200


def tell_corrections() -> int:
    """Tell the customers who wait for a correction that is done (sweep); returns how many notices were decided.

    Each case is one transaction: message, notice and event commit together, so a kill tells nobody twice and forgets nobody. A case that
    cannot be told keeps the reason as a code, and its owner is told.
    """
    waiting = ActionNotice.objects.filter(told_at=None, reason="", action__done_at__isnull=False)
    ids = list(waiting.order_by("pk").values_list("pk", "case_id")[:BATCH])
    return sum(_tell(notice_id, case_id) for notice_id, case_id in ids)


@transaction.atomic
def _tell(notice_id: int, case_id: int) -> bool:
    rows = RecoveryCase.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    case = rows.select_related("ticket").filter(pk=case_id).first()
    if case is None:
        return False
    notices = ActionNotice.objects.select_for_update(of=("self",)).select_related("action")
    notice = notices.filter(pk=notice_id, told_at=None, reason="").first()
    if notice is None:
        return False
    failpoint("recovery.before_notice")
    reason = _say(case, notice)
    if reason:
        ActionNotice.objects.filter(pk=notice.pk).update(reason=reason[:60])
        _tell_owner(case, notice, reason)
    failpoint("recovery.after_notice")
    return True


def _say(case: RecoveryCase, notice: ActionNotice) -> str:
    """Send it, as whoever finished the action; returns why it could not be sent, "" when it was."""
    if case.is_demo:
        return "demo"
    action = notice.action
    prepared = prepare_text(
        case_id=case.pk, kind="action_done", action_id=action.pk, agent_id=action.done_by_id or case.owner_id
    )
    if prepared.open_placeholders or has_open_placeholder(prepared.text):
        return "open_placeholder"
    author = Actor(kind="agent", user_id=action.done_by_id) if action.done_by_id is not None else Actor.system()
    try:
        with transaction.atomic():
            tell_locked(CaseChange(case, author), notice.action_id, prepared.text)
    except HelpdeskError as error:
        return error.code
    return ""


def _tell_owner(case: RecoveryCase, notice: ActionNotice, reason: str) -> None:
    people = [case.owner_id] if case.owner_id is not None else leads_of(case)
    notify(
        user_ids=people,
        kind="recovery_untold",
        key=f"recovery_untold:{notice.pk}",
        ticket_id=case.ticket_id,
        data={"case": case.pk, "text": notice.action.title, "reason": reason},
    )
