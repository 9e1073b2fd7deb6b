"""Rules that wait for time: a sweep finds the tickets whose time has come, once for each wait.

A rule's look at a ticket costs nothing before its time. Two bounded, indexed looks a run: at what has come due since the run before, and
at one page of what had come due earlier, because a ticket may come to meet the conditions later than its time. ``RoutingRule.swept``
keeps how far both have come.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import OperationalError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from helpdesk.common.clock import now
from tickets.models import RoutingDecision, RoutingRule, Ticket, Trigger
from tickets.models.ticket import OPEN_STATUSES
from tickets.policies.conditions import fields_of, holds
from tickets.selectors.routing import Rule, rules_for
from tickets.services.actors import Actor
from tickets.services.bulk_facts import facts_of
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.routing import carry_out
from tickets.services.rule_triggers import Chain
from tickets.services.triage import Case

logger = logging.getLogger(__name__)

PAGE = 500
SWEEP_SECONDS = 20.0
# What was written while the last run looked may carry an earlier time.
OVERLAP = timedelta(minutes=2)

Place = tuple[datetime, int]
Row = tuple[int, datetime]


@dataclass(frozen=True, kw_only=True)
class Since:
    """A time of a ticket from which a rule can wait, and the statuses in which it counts."""

    label: str | Promise
    statuses: tuple[str, ...]


SINCE: dict[str, Since] = {
    "waiting_since": Since(label=gettext_lazy("the customer waits for an answer"), statuses=OPEN_STATUSES),
    "last_message_at": Since(label=gettext_lazy("the last message"), statuses=OPEN_STATUSES),
    "opened_at": Since(label=gettext_lazy("the ticket was opened"), statuses=OPEN_STATUSES),
    "last_resolved_at": Since(label=gettext_lazy("the ticket was resolved"), statuses=("resolved",)),
}


def run_waiting_rules() -> int:
    """Carry out the rules whose time has come (sweep); returns on how many tickets. Safe from several workers."""
    ends_at, acted = monotonic() + SWEEP_SECONDS, 0
    stopped: set[int] = set()
    for rule in rules_for([Trigger.TIME]):
        if monotonic() < ends_at and rule.since in SINCE:
            try:
                acted += _sweep(rule, ends_at, stopped)
            except Exception:
                logger.exception("rule %s could not be swept", rule.pk)
    return acted


def _sweep(rule: Rule, ends_at: float, stopped: set[int]) -> int:
    swept = RoutingRule.objects.filter(pk=rule.pk).values_list("swept", flat=True).first()
    if swept is None:
        return 0
    cutoff = now() - timedelta(seconds=rule.after_seconds)
    acted, until = 0, _place(swept.get("until"))
    while monotonic() < ends_at:
        page = _page(rule, after=until, up_to=cutoff)
        acted += _act_on(rule, page, stopped)
        if len(page) < PAGE:
            until = (cutoff - OVERLAP, 0)
            break
        until = _last(page)
    if until is not None:
        page = _page(rule, after=_place(swept.get("back")), up_to=until[0])
        acted += _act_on(rule, page, stopped)
        back = _last(page) if len(page) == PAGE else None
        RoutingRule.objects.filter(pk=rule.pk).update(swept={"until": _kept(until), "back": _kept(back)})
    return acted


def _page(rule: Rule, *, after: Place | None, up_to: datetime) -> list[Row]:
    """(ticket, its time) of the next tickets behind a place, in the order of their times."""
    waiting = Ticket.objects.filter(**{f"{rule.since}__lte": up_to}, status__in=SINCE[rule.since].statuses)
    if after is not None:
        # Written so that PostgreSQL finds the place in the index.
        waiting = waiting.filter(**{f"{rule.since}__gte": after[0]}).exclude(**{rule.since: after[0]}, pk__lte=after[1])
    return list(waiting.order_by(rule.since, "pk").values_list("pk", rule.since)[:PAGE])


def _act_on(rule: Rule, page: Sequence[Row], stopped: set[int]) -> int:
    """Carry out the rule on those of a page that it has not acted on for this wait, and whose conditions hold."""
    occasions = {ticket_id: _occasion(rule, since) for ticket_id, since in page if ticket_id not in stopped}
    done = RoutingDecision.objects.filter(rule_id=rule.pk, ticket_id__in=occasions).exclude(occasion="")
    for ticket_id, occasion in done.values_list("ticket_id", "occasion"):
        if occasions.get(ticket_id) == occasion:
            del occasions[ticket_id]
    if not occasions:
        return 0
    tickets = list(Ticket.objects.filter(pk__in=occasions).select_related("customer", "channel"))
    facts = facts_of(tickets, fields_of(rule.conditions), at=now())
    matching = [ticket.pk for ticket in tickets if holds(rule.conditions, facts[ticket.pk])]
    acted = 0
    for ticket_id in matching:
        acted += _act_quietly(rule, ticket_id, occasions[ticket_id])
        if rule.stops and not rule.is_dry_run:
            stopped.add(ticket_id)
    return acted


def _act_quietly(rule: Rule, ticket_id: int, occasion: str) -> bool:
    try:
        return _act(rule, ticket_id, occasion)
    except OperationalError:
        # The database has cut this off; the next look finds the ticket again.
        logger.warning("rule %s has to come back to ticket %s", rule.pk, ticket_id)
    except Exception as error:
        logger.exception("rule %s failed on ticket %s", rule.pk, ticket_id)
        data = {"rule": rule.name, "refused": "failed", "error": type(error).__name__}
        failed = RoutingDecision(
            ticket_id=ticket_id,
            kind="rule",
            rule_id=rule.pk,
            trigger=Trigger.TIME,
            occasion=occasion,
            at=now(),
            data=data,
        )
        RoutingDecision.objects.bulk_create([failed], ignore_conflicts=True)
    return False


@transaction.atomic
def _act(rule: Rule, ticket_id: int, occasion: str) -> bool:
    lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id)
    since = getattr(ticket, rule.since)
    if since is None or _occasion(rule, since) != occasion or ticket.status not in SINCE[rule.since].statuses:
        return False
    if RoutingDecision.objects.filter(rule_id=rule.pk, ticket_id=ticket_id, occasion=occasion).exists():
        return False
    case = Case(change=TicketChange(ticket, Actor.system()), items=[])
    if not holds(rule.conditions, case.facts):
        return False
    carry_out(case, rule, trigger=Trigger.TIME, chain=Chain(), occasion=occasion)
    case.change.chain = Chain(rules=frozenset({rule.pk}))
    case.change.save()
    RoutingDecision.objects.bulk_create(case.decisions)
    return True


def _occasion(rule: Rule, since: datetime) -> str:
    """One wait of one ticket: another message or another resolution begins another."""
    return f"{rule.since}:{since.isoformat()}"


def _last(page: Sequence[Row]) -> Place:
    return page[-1][1], page[-1][0]


def _place(kept: list[Any] | None) -> Place | None:
    return (datetime.fromisoformat(kept[0]), int(kept[1])) if kept else None


def _kept(place: Place | None) -> list[Any] | None:
    return [place[0].isoformat(), place[1]] if place is not None else None
