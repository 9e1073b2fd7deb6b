"""Counting running clocks anew after a policy, calendar, team or customer has changed: in the background, in small steps.

A SLARecomputation row says which open tickets (see clock_changes.py). Each step is one transaction over some tickets and moves the
row's cursor, so a worker that dies loses one step at most; the next one goes on. Several workers take different rows.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from channels_app.models import Channel
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import fetch
from tickets.models import BusinessHours, Clock, SLARecomputation, SLATimer, Team, Ticket
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.timers import remember_standing

logger = logging.getLogger(__name__)

STEP = 200
# Every process has forgotten the set-up of before by then (see common/remembered.py).
RIPE_AFTER = timedelta(seconds=15)
KEPT_FOR = timedelta(days=30)
MOST_SECONDS = 60
_LONGEST_ERROR = 2000


def recount_time_limits(*, most_seconds: float = MOST_SECONDS) -> int:
    """Work through what waits for up to so many seconds (sweep); returns how many tickets were looked at."""
    until, handled = monotonic() + most_seconds, 0
    while monotonic() < until:
        _begin()
        looked_at = _step()
        if looked_at is None:
            break
        handled += looked_at
    return handled


def affected_tickets(scope: dict[str, Any]) -> QuerySet[Ticket]:
    """The open tickets that a scope means: {"policies": true}, {"hours": 3}, {"team": 2} or {"customer": 7}."""
    tickets = Ticket.objects.still_open()
    if "hours" in scope:
        return tickets.filter(_in_hours(scope["hours"]))
    if "team" in scope:
        return tickets.filter(team_id=scope["team"])
    if "customer" in scope:
        return tickets.filter(customer_id=scope["customer"])
    return tickets


def _in_hours(hours_id: int) -> Q:
    """Whose business clocks count by these hours, or would now: by their team, else their channel, else the default."""
    timers = SLATimer.objects.filter(ticket=OuterRef("pk"), clock=Clock.BUSINESS, state__in=["running", "paused"])
    # Of hours that were deleted meanwhile the clocks have lost the name.
    by_clock = Q(Exists(timers.filter(Q(hours=hours_id) | Q(hours=None))))
    elsewhere = Q(team__in=Team.objects.filter(business_hours__isnull=False).exclude(business_hours=hours_id))
    by_team = Q(team__in=Team.objects.filter(business_hours=hours_id))
    by_channel = Q(channel__in=Channel.objects.filter(business_hours=hours_id)) & ~elsewhere
    if BusinessHours.objects.filter(pk=hours_id, is_default=True).exists():
        by_channel = ~elsewhere
    return by_clock | (Q(Exists(timers)) & (by_team | by_channel))


@transaction.atomic
def _begin() -> None:
    """Take up the oldest row that is ripe. A transaction of its own: whoever changes set-up waits for it with tickets locked."""
    ripe = SLARecomputation.objects.filter(started_at=None, ended_at=None, created_at__lte=Now() - RIPE_AFTER)
    row = ripe.select_for_update(skip_locked=True).order_by("id").first()
    if row is not None:
        row.total = affected_tickets(row.scope).count()
        row.started_at = _moment()
        row.save(update_fields=["total", "started_at"])


def _step() -> int | None:
    """One step of a row that nobody works on; None where there is none."""
    try:
        return _next_step(_recount_all)
    except Exception:
        logger.exception("a step of the recount of time limits failed; its tickets are tried one by one")
        return _next_step(_recount_each)


@transaction.atomic
def _next_step(recount: Callable[[SLARecomputation, Sequence[Ticket], datetime], int]) -> int | None:
    begun = SLARecomputation.objects.filter(started_at__isnull=False, ended_at=None)
    row = begun.select_for_update(skip_locked=True).order_by("id").first()
    if row is None:
        return None
    scope = affected_tickets(row.scope).filter(pk__gt=row.cursor).order_by("pk")
    ids = list(scope.values_list("pk", flat=True)[:STEP])
    # Looked for first and then locked by their keys: in the order that cannot deadlock, and as they are once we have them.
    locked = Ticket.objects.select_for_update(of=("self",)).select_related("channel", "customer")
    tickets = list(locked.filter(pk__in=ids).order_by("pk"))
    moment = _moment()
    row.changed += recount(row, tickets, moment)
    row.done += len(ids)
    failpoint("recount.before_commit")
    if ids:
        row.cursor = ids[-1]
    if len(ids) < STEP:
        row.ended_at = moment
        SLARecomputation.objects.filter(ended_at__lt=moment - KEPT_FOR).delete()
    row.save(update_fields=["cursor", "done", "changed", "ended_at", "error"])
    return len(ids)


def _recount_all(row: SLARecomputation, tickets: Sequence[Ticket], moment: datetime) -> int:
    return sum(_recount(ticket, row, moment) for ticket in tickets)


def _recount_each(row: SLARecomputation, tickets: Sequence[Ticket], moment: datetime) -> int:
    """The same where one of them cannot be counted: it is named on the row, and the others are done."""
    changed = 0
    for ticket in tickets:
        try:
            with transaction.atomic():
                changed += _recount(ticket, row, moment)
        except Exception as error:
            row.error = f"{row.error}\n#{ticket.number}: {type(error).__name__}".strip()[-_LONGEST_ERROR:]
    return changed


def _recount(ticket: Ticket, row: SLARecomputation, moment: datetime) -> bool:
    remember_standing(ticket)
    return TicketChange(ticket, Actor.system()).recount_clocks(why=row.reason, at=moment)


def _moment() -> datetime:
    """The time of the database: what is late by now is decided by no worker's clock."""
    row = fetch("SELECT now()")
    assert row is not None
    moment: datetime = row[0]
    return moment
