"""Time limits: who promises what, and the clocks that run on tickets."""

from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from tickets.models.hours import BusinessHours
from tickets.models.ticket import Ticket
from tickets.models.topic import PRIORITIES
from tickets.models.visibility import ticket_condition


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response", _("first response")
    NEXT_RESPONSE = "next_response", _("next response")
    UPDATE = "update", _("update")
    RESOLUTION = "resolution", _("resolution")


class Clock(models.TextChoices):
    CALENDAR = "calendar", _("around the clock")
    BUSINESS = "business", _("business hours")


class SLAPolicyManager(models.Manager):
    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(is_removed=False)


class SLAPolicy(models.Model):
    """Ordered by ``position``; the first one whose ``conditions`` (see policies/conditions.py) hold counts for a ticket.

    One that was deleted stays as a row (``is_removed``, seen through ``everything``), so that what it has decided can be read.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    warning_actions = models.JSONField(_("when a limit comes near"), default=list, blank=True)
    breach_actions = models.JSONField(_("when a limit is missed"), default=list, blank=True)
    is_removed = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SLAPolicyManager()
    everything = models.Manager()  # noqa: DJ012  a manager, whatever its name

    class Meta:
        verbose_name = _("time limit policy")
        verbose_name_plural = _("time limit policies")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class SLATarget(models.Model):
    """One limit. ``priority`` "" counts for every priority without a target of its own. ``pauses``: statuses in which it stands still."""

    policy = models.ForeignKey(SLAPolicy, models.CASCADE, related_name="targets", verbose_name=_("policy"))
    metric = models.CharField(_("limit for"), max_length=14, choices=Metric.choices)
    priority = models.CharField(_("priority"), max_length=6, choices=PRIORITIES, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"))
    clock = models.CharField(_("clock"), max_length=8, choices=Clock.choices, default=Clock.CALENDAR)
    warn_before_seconds = models.PositiveIntegerField(_("warn before"), null=True, blank=True)
    pauses = models.JSONField(_("stands still while"), default=list, blank=True)

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ["policy", "metric", "priority"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "metric", "priority"], name="one_target_per_metric_and_priority"),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="target_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}: {self.get_metric_display()}"


class SLATimerQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The clocks of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class SLATimer(models.Model):
    """One clock of one ticket; written by services/timers.py alone. Times are UTC.

    ``due_at`` follows from ``started_at``, ``pauses`` (list of [from, until or None]), ``target_seconds``, ``clock`` and ``hours`` at
    any time; it is NULL while the clock stands still, and ``remaining_seconds`` says what is left then. ``breached`` stays breached
    when the answer comes late: ``met_at`` is set beside it. ``history``: what happened, when and why (see policies/sla.py).
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("standing still")
        MET = "met", _("met")
        BREACHED = "breached", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="sla_timers", db_index=False)
    policy = models.ForeignKey(SLAPolicy, models.SET_NULL, null=True, related_name="timers", verbose_name=_("policy"))
    metric = models.CharField(_("limit for"), max_length=14, choices=Metric.choices)
    cycle = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.RUNNING)
    target_seconds = models.PositiveIntegerField()
    warn_before_seconds = models.PositiveIntegerField(null=True)
    clock = models.CharField(max_length=8, choices=Clock.choices)
    hours = models.ForeignKey(BusinessHours, models.SET_NULL, null=True, related_name="+")
    pauses_in = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    replies_before = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(_("started at"))
    pauses = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due at"), null=True)
    paused_at = models.DateTimeField(null=True)
    remaining_seconds = models.FloatField(null=True)
    met_at = models.DateTimeField(_("met at"), null=True)
    breached_at = models.DateTimeField(_("missed at"), null=True)
    detected_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # Escalations that were decided in the transaction of the breach or warning and still have to be carried out: "warning", "breach"
    # or "both". ``actions_left``: once some of them have failed, those to be tried again from ``actions_at`` on, see escalation.py.
    actions_due = models.CharField(max_length=8, blank=True, default="", db_default="")
    actions_left = models.JSONField(null=True)
    actions_tried = models.PositiveSmallIntegerField(default=0, db_default=0)
    actions_at = models.DateTimeField(null=True)
    history = models.JSONField(default=list, db_default=Value([], models.JSONField()))

    objects = SLATimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("running time limit")
        verbose_name_plural = _("running time limits")
        constraints = [models.UniqueConstraint(fields=["ticket", "metric", "cycle"], name="one_timer_per_cycle")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="sla_timer_due", condition=Q(state="running")),
            models.Index(
                fields=["warn_at", "id"],
                name="sla_timer_to_warn",
                condition=Q(state="running", warned_at__isnull=True, warn_at__isnull=False),
            ),
            models.Index(fields=["id"], name="sla_timer_to_escalate", condition=~Q(actions_due="")),
            models.Index(fields=["breached_at"], name="sla_timer_breached", condition=Q(breached_at__isnull=False)),
            # Reports read a period of it, grouped by what the ticket has.
            models.Index(
                fields=["started_at"], include=["ticket", "metric", "state", "breached_at"], name="sla_timer_started"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.metric} {self.cycle} {self.state}"


class SLARecomputation(models.Model):
    """Clocks to be counted anew after a policy, calendar, team or customer changed; done in the background, in steps.

    ``scope``: which open tickets, such as {"policies": true}, {"hours": 3}, {"team": 2}, {"customer": 7}.
    ``cursor``: the highest ticket done.
    """

    scope = models.JSONField()
    reason = models.CharField(max_length=60)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("recount of time limits")
        verbose_name_plural = _("recounts of time limits")
        indexes = [models.Index(fields=["id"], name="sla_recount_open", condition=Q(ended_at__isnull=True))]
