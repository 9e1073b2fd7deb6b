"""Carrying out what a policy says for a limit that comes near or is missed: one ticket at a time, each action once.

The sweep of enforcement.py marks clocks whose policy has actions (``actions_due``); here the mark goes in the transaction that does
them. What fails does not stop the others: it is kept (``actions_left``) and tried again, a few times and ever later.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from helpdesk.common.clock import now
from helpdesk.common.failpoints import failpoint
from tickets.models import Notification, RoutingDecision, SLAPolicy, SLATimer, Ticket, Trigger
from tickets.policies.action_plans import Outcome, plan
from tickets.selectors.directory import StaffDirectory
from tickets.services.actions import apply_actions, planned_ticket
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.notifying import notify

logger = logging.getLogger(__name__)

BATCH = 200
MOST_TRIES = 5
RETRY_AFTER = timedelta(seconds=30)
# In the mark of a clock of which nothing but ``actions_left`` is to be done.
AGAIN = "again"
_WORDS = {"warning": "sla_warned", "breach": "sla_breached"}
# One action of a plan: the occasion ("warning" or "breach"), its place in the policy's list, and the action.
Planned = tuple[str, int, Mapping[str, Any]]


@dataclass
class _Run:
    """One go at the actions of one clock."""

    timer: SLATimer
    ticket: Ticket
    planned: Sequence[Planned]
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    failed: list[Planned] = field(default_factory=list)


def carry_out_escalations() -> int:
    """Do what is due (sweep); returns on how many clocks. Several workers at once are safe."""
    due = SLATimer.objects.exclude(actions_due="").filter(Q(actions_at=None) | Q(actions_at__lte=Now()))
    waiting = list(due.order_by("id").values_list("pk", "ticket_id")[:BATCH])
    return sum(_carry_out(timer_id, ticket_id) for timer_id, ticket_id in waiting)


def _carry_out(timer_id: int, ticket_id: int) -> bool:
    try:
        return _escalate(timer_id, ticket_id)
    except Exception:
        logger.exception("escalation of time limit %s failed", timer_id)
        _put_off(timer_id)
        return False


@transaction.atomic
def _escalate(timer_id: int, ticket_id: int) -> bool:
    lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id)
    timer = SLATimer.objects.exclude(actions_due="").filter(pk=timer_id, ticket=ticket_id).first()
    if timer is None:
        return False
    # The mark goes first: what an action brings about may set it again.
    SLATimer.objects.filter(pk=timer_id).update(actions_due="", actions_left=None, actions_at=None)
    run = _Run(timer=timer, ticket=ticket, planned=_planned(timer, ticket))
    _apply(run)
    failpoint("escalation.after_actions")
    is_over = timer.actions_tried + 1 >= MOST_TRIES
    if run.failed and not is_over:
        _keep(run)
    if run.outcomes:
        _write_down(run)
    failpoint("escalation.before_commit")
    return True


def _planned(timer: SLATimer, ticket: Ticket) -> list[Planned]:
    """What is to be done now; nothing for a ticket that is over, or a limit that somebody has met meanwhile."""
    is_over = ticket.status == Ticket.Status.CLOSED or ticket.is_spam
    if is_over or timer.met_at is not None or timer.cancelled_at is not None:
        return []
    policy = SLAPolicy.objects.filter(timers=timer, is_active=True).first()
    lists = {"warning": policy.warning_actions, "breach": policy.breach_actions} if policy is not None else {}
    left = [(occasion, place, action) for occasion, place, action in timer.actions_left or []]
    return left + [
        (occasion, place, action)
        for occasion, actions in lists.items()
        if timer.actions_due in (occasion, "both")
        for place, action in enumerate(actions)
    ]


def _apply(run: _Run) -> None:
    change = TicketChange(run.ticket, Actor.system())
    for occasion, place, action in run.planned:
        if action["do"] == "notify":
            outcome = _tell(run, occasion, action)
        else:
            key = f"escalation:{run.timer.pk}:{occasion}:{place}"
            outcome = apply_actions(change, [action], why=_WORDS[occasion], key=key)[0]
        run.outcomes.append({"occasion": occasion, **outcome.as_data()})
        if outcome.reason == "failed":
            run.failed.append((occasion, place, action))
    change.save()


def _tell(run: _Run, occasion: str, action: Mapping[str, Any]) -> Outcome:
    """Tell people of the limit in the words of a limit; whom the sweep has told already is not told twice."""
    outcome = plan(planned_ticket(run.ticket), action, StaffDirectory())
    if not outcome.changes:
        return outcome
    kind, people, is_mailed = _WORDS[occasion], outcome.data["people"], "mail" in outcome.data["by"]
    key, due_at = f"{kind}:{run.timer.pk}", run.timer.due_at
    data = {
        "number": run.ticket.number,
        "metric": run.timer.metric,
        "due_at": due_at.isoformat() if due_at is not None else None,
        "text": action.get("text", ""),
    }
    notify(user_ids=people, kind=kind, key=key, ticket_id=run.ticket.pk, data=data, by_mail=is_mailed)
    if is_mailed:
        known = Notification.objects.filter(user__in=people, key=key, by_mail=False, read_at=None)
        known.exclude(user__mail_notifications="never").exclude(user__email="").update(by_mail=True)
    return outcome


def _keep(run: _Run) -> None:
    """Remember what failed, for another go after a while; a mark that was set meanwhile stays."""
    tried = run.timer.actions_tried + 1
    mark = SLATimer.objects.filter(pk=run.timer.pk)
    mark.filter(actions_due="").update(actions_due=AGAIN)
    mark.update(
        actions_left=[list(one) for one in run.failed], actions_tried=tried, actions_at=now() + RETRY_AFTER * 2**tried
    )


def _write_down(run: _Run) -> None:
    timer = run.timer
    occasions = [outcome["occasion"] for outcome in run.outcomes]
    RoutingDecision.objects.create(
        ticket=run.ticket,
        kind=RoutingDecision.Kind.ESCALATION,
        trigger=Trigger.SLA_BREACHED if "breach" in occasions else Trigger.SLA_WARNED,
        at=now(),
        data={
            "timer": timer.pk,
            "metric": timer.metric,
            "policy": timer.policy_id,
            "actions": run.outcomes,
            "tries_left": MOST_TRIES - timer.actions_tried - 1 if run.failed else 0,
        },
    )


@transaction.atomic
def _put_off(timer_id: int) -> None:
    """The whole go has failed and left no trace: later again, and after the last time no more."""
    timer = SLATimer.objects.filter(pk=timer_id)
    timer.update(actions_tried=F("actions_tried") + 1, actions_at=Now() + RETRY_AFTER)
    timer.filter(actions_tried__gte=MOST_TRIES).update(actions_due="", actions_left=None)
