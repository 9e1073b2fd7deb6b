"""The sweep over the time limits of recovery: owner and leads are told once a limit, by the clock of the database alone."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from helpdesk.common.failpoints import failpoint
from surveys.models import RecoveryCase
from surveys.policies.recovery import late_limits, next_limit_at
from surveys.selectors.recovery import limits_of
from surveys.services.recovery_owners import leads_of
from tickets.services.notifying import notify

BATCH = 500


def tell_late_cases() -> int:
    """Tell of every limit that has run out (sweep); returns how many cases were late. Safe from any number of workers at once."""
    told = 0
    while (found := _tell_batch()) > 0:
        told += found
        if found < BATCH:
            break
    return told


@transaction.atomic
def _tell_batch() -> int:
    due = RecoveryCase.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    due = due.filter(closed_at=None, next_due_at__lte=Now()).select_related("ticket").annotate(at=Now())
    cases = list(due.order_by("next_due_at", "id")[:BATCH])
    for case in cases:
        _tell(case, case.at)
    failpoint("recovery.before_limits_commit")
    return len(cases)


def _tell(case: RecoveryCase, at: datetime) -> None:
    """The limits that have run out since the last look; what was told stays told by its key."""
    for limit in late_limits(limits_of(case), at=at):
        assert limit.due_at is not None
        people = [case.owner_id] if case.owner_id is not None else []
        notify(
            user_ids=[*people, *leads_of(case, case.ticket)],
            kind="recovery_late",
            key=f"recovery_late:{case.pk}:{limit.name}",
            ticket_id=case.ticket_id,
            data={"case": case.pk, "limit": limit.name, "due_at": limit.due_at.isoformat()},
            by_mail=True,
        )
    upcoming = next_limit_at(limits_of(case), told_until=at)
    RecoveryCase.objects.filter(pk=case.pk).update(next_due_at=upcoming)
