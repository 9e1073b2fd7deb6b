"""The sweep over the time limits of recovery: owner and leads are told once a limit, by the clock of the database alone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from helpdesk.common.failpoints import failpoint
from surveys.models import RecoveryCase
from surveys.policies.recovery import late_limits, next_limit_at
from surveys.selectors.recovery import limits_of
from surveys.services.recovery_owners import leads_of_team, team_of
from tickets.services.notifying import Notice, notify_many

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
    due = due.filter(closed_at=None, next_due_at__lte=Now(), is_demo=False).select_related("ticket").annotate(at=Now())
    cases = list(due.order_by("next_due_at", "id")[:BATCH])
    leads: dict[int | None, list[int]] = {}
    notices = []
    for case in cases:
        team_id = team_of(case)
        if team_id not in leads:
            leads[team_id] = leads_of_team(team_id)
        notices += _notices(case, leads[team_id], case.at)
        case.next_due_at = next_limit_at(limits_of(case), told_until=case.at)
    notify_many(notices)
    RecoveryCase.objects.bulk_update(cases, ["next_due_at"])
    failpoint("recovery.before_limits_commit")
    return len(cases)


def _notices(case: RecoveryCase, leads: Sequence[int], at: datetime) -> list[Notice]:
    """What is told of the limits that have run out since the last look; what was told stays told by its key."""
    owner = [case.owner_id] if case.owner_id is not None else []
    return [
        Notice(
            user_id=user_id,
            kind="recovery_late",
            key=f"recovery_late:{case.pk}:{limit.name}",
            ticket_id=case.ticket_id,
            data={"case": case.pk, "limit": limit.name, "due_at": limit.due_at.isoformat()},
            by_mail=True,
        )
        for limit in late_limits(limits_of(case), at=at)
        if limit.due_at is not None
        for user_id in dict.fromkeys([*owner, *leads])
    ]
