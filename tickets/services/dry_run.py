"""Trying a rule on tickets there are: what it would have matched and changed. Nothing is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from tickets.models import SLATimer, Ticket, TicketEvent, Trigger
from tickets.policies.action_plans import Outcome
from tickets.policies.conditions import fields_of, holds
from tickets.selectors.directory import StaffDirectory
from tickets.selectors.routing import Rule
from tickets.services.bulk_facts import facts_of
from tickets.services.facts import TicketFacts
from tickets.services.routing import SPEAKING, planned_outcomes
from tickets.services.waiting_rules import SINCE

MOST_TICKETS = 1000
MOST_ROWS = 100
MOST_SECONDS = 10.0
HAND_OFF_EVENTS = ("bot.handed_off",)
STATUS_EVENTS = ("ticket.status_changed", "ticket.resolved", "ticket.reopened")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One ticket that the rule would have matched, and what would have come of its actions."""

    ticket: Ticket
    outcomes: Sequence[Outcome]

    @property
    def changes(self) -> bool:
        """Whether anything would have been done."""
        return any(outcome.changes for outcome in self.outcomes)


@dataclass(kw_only=True)
class DryRun:
    """What a rule would have done. ``rows``: the newest 100 matches, those that change first; ``is_cut``: the time was over before."""

    looked_at: int = 0
    matched: int = 0
    changed: int = 0
    is_cut: bool = False
    skipped: Counter[str] = field(default_factory=Counter)
    rows: list[Tried] = field(default_factory=list)


def dry_run(*, rule: Rule, user: Any, last: int = 200) -> DryRun:
    """Try a valid rule on the newest ``last`` tickets that ``user`` may see, as they stand now.

    Looked at by itself: rules before it are not carried out. A rule for new tickets reads the customer's first message, others his last.
    Raises InvalidInput for more than 1,000 tickets.
    """
    if not 1 <= last <= MOST_TICKETS:
        text = _("Choose 1 to %(most)s tickets.") % {"most": MOST_TICKETS}
        raise InvalidInput("invalid_last", text, fields={"last": text})
    ends_at = monotonic() + MOST_SECONDS
    tickets = _newest_tickets(user, last)
    heard = _tickets_with_trigger(rule, tickets)
    result, directory = DryRun(looked_at=len(tickets)), StaffDirectory()
    facts = facts_of(
        tickets, fields_of(rule.conditions) | _facts_of_actions(rule), at=now(),
        of_first_message=rule.triggers == (Trigger.CREATED,),
    )  # fmt: skip
    for ticket in tickets:
        if monotonic() > ends_at:
            result.is_cut = True
            break
        if ticket.pk in heard and holds(rule.conditions, facts[ticket.pk]):
            _count(result, Tried(ticket=ticket, outcomes=_outcomes(rule, ticket, facts[ticket.pk], directory)))
    result.rows.sort(key=lambda row: not row.changes)
    del result.rows[MOST_ROWS:]
    return result


def _newest_tickets(user: Any, last: int) -> list[Ticket]:
    rows = Ticket.objects.visible_to(user).filter(is_spam=False, merged_into=None)
    return list(rows.select_related("customer", "channel").order_by("-opened_at", "-id")[:last])


def _facts_of_actions(rule: Rule) -> set[str]:
    names = {action["do"] for action in rule.actions}
    needed = {"tags"} if names & {"add_tags", "remove_tags"} else set()
    return needed | ({"is_auto_reply"} if names.intersection(SPEAKING) else set())


def _outcomes(rule: Rule, ticket: Ticket, facts: TicketFacts, directory: StaffDirectory) -> list[Outcome]:
    silence = "auto_reply" if facts.get("is_auto_reply") and _facts_of_actions(rule) & {"is_auto_reply"} else ""
    tags = facts.get("tags", ()) if "tags" in _facts_of_actions(rule) else ()
    return planned_outcomes(ticket, rule.actions, directory, tags=tags, silence=silence)


def _count(result: DryRun, tried: Tried) -> None:
    result.matched += 1
    result.changed += tried.changes
    result.skipped.update(outcome.reason for outcome in tried.outcomes if outcome.state == "skipped")
    if tried.changes or len(result.rows) < MOST_ROWS:
        result.rows.append(tried)


def _tickets_with_trigger(rule: Rule, tickets: Sequence[Ticket]) -> set[int]:
    """Those on which something has happened that the rule listens to."""
    ids, heard = [ticket.pk for ticket in tickets], set[int]()
    if Trigger.CREATED in rule.triggers:
        heard.update(ids)
    if Trigger.MESSAGE in rule.triggers:
        heard.update(ticket.pk for ticket in tickets if not ticket.opened_by_agent)
    for trigger, kinds in ((Trigger.STATUS, STATUS_EVENTS), (Trigger.HANDED_OFF, HAND_OFF_EVENTS)):
        if trigger in rule.triggers:
            told = TicketEvent.objects.filter(ticket_id__in=ids, kind__in=kinds)
            heard.update(told.values_list("ticket_id", flat=True).distinct())
    for trigger, column in ((Trigger.SLA_WARNED, "warned_at"), (Trigger.SLA_BREACHED, "breached_at")):
        if trigger in rule.triggers:
            late = SLATimer.objects.filter(ticket_id__in=ids, **{f"{column}__isnull": False})
            heard.update(late.values_list("ticket_id", flat=True))
    if Trigger.TIME in rule.triggers:
        heard.update(ticket.pk for ticket in tickets if _is_time_over(rule, ticket))
    return heard


def _is_time_over(rule: Rule, ticket: Ticket) -> bool:
    since = getattr(ticket, rule.since)
    is_there = since is not None and ticket.status in SINCE[rule.since].statuses
    return is_there and since <= now() - timedelta(seconds=rule.after_seconds)
