"""The time limits that are in force, and the hours by which a ticket's clocks count."""

from dataclasses import dataclass
from typing import Any

from helpdesk.common.remembered import Remembered
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday, SLAPolicy, SLATarget, SLATimer, Team, Ticket
from tickets.policies.business_time import Week
from tickets.policies.sla import PolicyRule, TargetRule
from tickets.selectors.hours import week_of


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Every calendar of the installation, and whose it is."""

    weeks: dict[int, Week]
    of_team: dict[int, int]
    of_channel: dict[int, int]
    default: int | None

    def for_ticket(self, ticket: Ticket) -> int | None:
        """The hours that count for a ticket: its team's, else its channel's, else the default; None: always open."""
        own = self.of_team.get(ticket.team_id) if ticket.team_id is not None else None
        return own or self.of_channel.get(ticket.channel_id) or self.default


def _load_policies() -> tuple[PolicyRule, ...]:
    rows = SLAPolicy.objects.filter(is_active=True).order_by("position", "id").prefetch_related("targets")
    return tuple(
        PolicyRule(
            pk=policy.pk,
            name=policy.name,
            conditions=policy.conditions,
            targets={(target.metric, target.priority): _target_rule(target) for target in policy.targets.all()},
            has_breach_actions=bool(policy.breach_actions),
        )
        for policy in rows
    )


def _target_rule(target: SLATarget) -> TargetRule:
    return TargetRule(
        metric=target.metric,
        priority=target.priority,
        seconds=target.seconds,
        clock=target.clock,
        warn_before_seconds=target.warn_before_seconds,
        pauses=tuple(target.pauses),
    )


def _load_hours() -> Hours:
    rows = list(BusinessHours.objects.order_by("id").prefetch_related("spans", "holidays", "channels"))
    return Hours(
        weeks={hours.pk: week_of(hours) for hours in rows},
        of_team=dict(Team.objects.filter(business_hours__isnull=False).values_list("pk", "business_hours_id")),
        of_channel={channel.pk: hours.pk for hours in reversed(rows) for channel in hours.channels.all()},
        default=next((hours.pk for hours in rows if hours.is_default), None),
    )


active_policies = Remembered(_load_policies)
active_policies.forget_on_change(SLAPolicy, SLATarget)
active_hours = Remembered(_load_hours)
active_hours.forget_on_change(BusinessHours, BusinessHoursSpan, Holiday, Team)


def unfinished(timer: SLATimer) -> bool:
    """Whether somebody still has to do something about it: it runs, stands still, or is late and unanswered."""
    if timer.state in (SLATimer.State.RUNNING, SLATimer.State.PAUSED):
        return True
    return timer.state == SLATimer.State.BREACHED and timer.met_at is None and timer.cancelled_at is None


def timers_of(user: Any, ticket: Ticket) -> list[SLATimer]:
    """The clocks of a ticket that ``user`` may see, oldest first."""
    rows = SLATimer.objects.visible_to(user).filter(ticket=ticket).select_related("policy", "hours")
    return list(rows.order_by("started_at", "id"))
