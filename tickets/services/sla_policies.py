"""Setting time limits: policies with their targets. The admin's form and the API both change them through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line
from tickets.models import Clock, Metric, SLAPolicy, SLATarget, Ticket
from tickets.policies.actions import check_actions
from tickets.policies.conditions import check_conditions
from tickets.policies.sla import POLICY_FIELDS
from tickets.services.actors import Actor
from tickets.services.clock_changes import policies_changed

LONGEST_SECONDS = 10 * 365 * 86_400
MOST_TARGETS = len(Metric) * (len(Ticket.Priority) + 1)
_LONGEST_NAME = 100
_PAUSING = (Ticket.Status.PENDING, Ticket.Status.ON_HOLD)


@dataclass(frozen=True, kw_only=True)
class TargetInput:
    """One limit as it is given. ``priority`` "" counts for every priority without a target of its own.

    ``warn_before_seconds``: None warns of nothing. ``pauses``: the statuses (pending, on_hold) in which the clock stands still.
    """

    metric: str
    priority: str = ""
    seconds: int
    clock: str = "calendar"
    warn_before_seconds: int | None = None
    pauses: Sequence[str] = ()


@transaction.atomic
def save_policy(
    *,
    actor: Actor,
    policy_id: int | None,
    name: str,
    description: str,
    is_active: bool,
    conditions: Mapping[str, Any],
    targets: Sequence[TargetInput],
    warning_actions: Sequence[Mapping[str, Any]],
    breach_actions: Sequence[Mapping[str, Any]],
    position: int | None,
) -> SLAPolicy:
    """Create (``policy_id`` None) or change a policy; its targets are replaced as a whole, and what runs is counted anew soon.

    ``position`` counts from 0; None: where it is, a new one last. Raises NotVisible, InvalidInput naming the field or the place in
    it: "name", "conditions.all.0.value", "targets.2.seconds", "breach_actions.1".
    """
    _lock_policies()
    policy = _existing(policy_id) if policy_id is not None else SLAPolicy()
    policy.name = _checked_name(name, policy)
    policy.description = one_line(clean_text(description)).strip()[:300]
    policy.is_active = is_active
    policy.conditions = _checked_conditions(conditions)
    checked = _checked_targets(targets)
    policy.warning_actions = _checked_actions(warning_actions, "warning_actions")
    policy.breach_actions = _checked_actions(breach_actions, "breach_actions")
    if policy.pk is None:
        policy.position = SLAPolicy.objects.count()
    policy.save()
    policy.targets.all().delete()
    SLATarget.objects.bulk_create(SLATarget(policy=policy, **_columns(target)) for target in checked)
    if position is not None:
        _put(policy, position)
    policies_changed()
    return policy


@transaction.atomic
def move_policy(*, policy_id: int, position: int, actor: Actor) -> SLAPolicy:
    """Put a policy at a place in the order (from 0; behind the end is the end). Raises NotVisible."""
    _lock_policies()
    policy = _existing(policy_id)
    _put(policy, position)
    policies_changed()
    return policy


@transaction.atomic
def delete_policy(*, policy_id: int, actor: Actor) -> None:
    """Take a policy out of force for good; its clocks are taken off soon. What it has decided stays readable. Raises NotVisible."""
    _lock_policies()
    policy = _existing(policy_id)
    policy.is_active, policy.is_removed = False, True
    # The name is free again; the key keeps it unique.
    policy.name = f"{policy.name[: _LONGEST_NAME - 24]} ({policy.pk})"
    policy.save()
    for place, other in enumerate(SLAPolicy.objects.order_by("position", "pk")):
        _place(other, place)
    policies_changed()


def targets_of(policy: SLAPolicy) -> list[TargetInput]:
    """The targets of a stored policy as ``save_policy`` takes them, in the order of the metrics and of rising priority."""
    metrics, priorities = list(Metric.values), ["", *Ticket.Priority.values]
    return [
        TargetInput(
            metric=target.metric,
            priority=target.priority,
            seconds=target.seconds,
            clock=target.clock,
            warn_before_seconds=target.warn_before_seconds,
            pauses=tuple(target.pauses),
        )
        for target in sorted(
            policy.targets.all(), key=lambda row: (metrics.index(row.metric), priorities.index(row.priority))
        )
    ]


def _existing(policy_id: int) -> SLAPolicy:
    policy = SLAPolicy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise NotVisible("not_found", _("There is no such policy."))
    found: SLAPolicy = policy
    return found


def _put(policy: SLAPolicy, position: int) -> None:
    order = [other for other in SLAPolicy.objects.order_by("position", "pk") if other.pk != policy.pk]
    order.insert(max(0, position), policy)
    for place, other in enumerate(order):
        _place(other, place)


def _place(policy: SLAPolicy, position: int) -> None:
    if policy.position != position:
        policy.position = position
        policy.save(update_fields=["position"])


def _checked_name(name: str, policy: SLAPolicy) -> str:
    clean = one_line(clean_text(name)).strip()
    if not clean:
        raise _invalid("name_missing", "name", _("Give the policy a name."))
    if len(clean) > _LONGEST_NAME:
        raise _invalid("name_too_long", "name", _("Keep the name within 100 characters."))
    if SLAPolicy.everything.filter(name=clean).exclude(pk=policy.pk or 0).exists():
        raise _invalid("name_taken", "name", _("There is a policy of this name already. Give this one another."))
    return clean


def _checked_conditions(conditions: Mapping[str, Any]) -> dict[str, Any]:
    try:
        checked = check_conditions(conditions, fields=POLICY_FIELDS)
    except InvalidInput as error:
        raise _placed(error, "conditions") from error
    for group, entries in checked.items():
        for place, entry in enumerate(entries):
            # Time passes without anything happening on the ticket, so nobody would notice that the answer has changed.
            if str(entry["field"]).startswith("event."):
                text = _("This changes by itself with time, and cannot choose a time limit.")
                raise _invalid("invalid_conditions", f"conditions.{group}.{place}.field", text)
    return checked


def _checked_actions(actions: Sequence[Mapping[str, Any]], field: str) -> list[Any]:
    try:
        return check_actions(list(actions) if isinstance(actions, tuple) else actions)
    except InvalidInput as error:
        raise _placed(InvalidInput(error.code, error.message, fields=_under(error.fields, field)), field) from error


def _under(fields: Mapping[str, str], field: str) -> dict[str, str]:
    """A fault of the whole list stands at its field."""
    return {field if place == "actions" else place: text for place, text in fields.items()}


def _checked_targets(targets: Sequence[TargetInput]) -> list[TargetInput]:
    if not targets:
        raise _invalid("no_targets", "targets", _("Set at least one time limit."))
    if len(targets) > MOST_TARGETS:
        raise _invalid("too_many_targets", "targets", _("At most one limit for each metric and priority."))
    seen: set[tuple[str, str]] = set()
    for place, target in enumerate(targets):
        for code, field, text in _faults(target):
            raise _invalid(code, f"targets.{place}.{field}", text)
        if (target.metric, target.priority) in seen:
            text = _("This limit is set twice.")
            raise _invalid("double_target", f"targets.{place}.metric", text)
        seen.add((target.metric, target.priority))
    return list(targets)


def _faults(target: TargetInput) -> list[tuple[str, str, str]]:
    """(code, field, text) of everything that is wrong with one target."""
    warn = target.warn_before_seconds
    is_whole = isinstance(target.seconds, int) and not isinstance(target.seconds, bool)
    rules = [
        (target.metric in Metric.values, "unknown_metric", "metric", _("There is no such limit.")),
        (target.priority in ("", *Ticket.Priority.values), "unknown_priority", "priority", _("Unknown priority.")),
        (target.clock in Clock.values, "unknown_clock", "clock", _("A clock is “calendar” or “business”.")),
        (is_whole and target.seconds > 0, "no_time", "seconds", _("A limit is longer than nothing.")),
        (is_whole and target.seconds <= LONGEST_SECONDS, "too_long", "seconds", _("At most ten years.")),
        (
            warn is None or (is_whole and isinstance(warn, int) and 0 < warn < target.seconds),
            "warning_too_early", "warn_before_seconds", _("Warn later than the start and before the end of the limit."),
        ),
        (
            set(target.pauses) <= set(_PAUSING) and len(set(target.pauses)) == len(target.pauses),
            "unknown_pause", "pauses", _("A clock can stand still while waiting for the customer, or on hold."),
        ),
    ]  # fmt: skip
    return [(code, field, text) for holds, code, field, text in rules if not holds]


def _columns(target: TargetInput) -> dict[str, Any]:
    return {
        "metric": target.metric,
        "priority": target.priority,
        "seconds": target.seconds,
        "clock": target.clock,
        "warn_before_seconds": target.warn_before_seconds,
        "pauses": [status for status in _PAUSING if status in target.pauses],
    }


def _invalid(code: str, field: str, text: str) -> InvalidInput:
    return InvalidInput(code, text, fields={field: text})


def _placed(error: InvalidInput, field: str) -> InvalidInput:
    """The same refusal with its places told from the policy's own fields."""
    fields = {place if place == field else f"{field}.{place}": text for place, text in error.fields.items()}
    return InvalidInput(error.code, error.message, fields=fields)


def _lock_policies() -> None:
    """One change of policies at a time: their order concerns them all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sla policies', 0))")
