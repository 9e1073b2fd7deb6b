"""Rules that sort and pass on tickets, what they decided, and the messages that wait to be looked at."""

from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from tickets.models.message import Message
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


class Trigger(models.TextChoices):
    CREATED = "created", _("a ticket is created")
    MESSAGE = "message", _("a customer writes")
    STATUS = "status", _("the status changes")
    SLA_WARNED = "sla_warned", _("a time limit comes near")
    SLA_BREACHED = "sla_breached", _("a time limit is missed")
    TIME = "time", _("time has passed")
    HANDED_OFF = "handed_off", _("a bot hands over")


class RoutingRule(models.Model):
    """``conditions`` as policies/conditions.py reads them, ``actions`` as policies/actions.py. Rules run in order of ``position``.

    ``stops``: no later rule runs after it. ``is_dry_run``: it writes what it would have done, and does nothing. ``after_seconds`` and
    ``since`` (a time column of the ticket) belong to the trigger "time".
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    triggers = models.JSONField(_("when"), default=list)
    after_seconds = models.PositiveIntegerField(null=True, blank=True)
    since = models.CharField(max_length=20, blank=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    actions = models.JSONField(_("actions"), default=list, blank=True)
    stops = models.BooleanField(_("stop here"), default=False)
    is_dry_run = models.BooleanField(_("only write down"), default=False)
    # How far the sweep of rules that wait for time has come: see services/waiting_rules.py.
    swept = models.JSONField(default=dict, editable=False, db_default=Value({}, models.JSONField()))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RoutingDecisionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The decisions about the tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class RoutingDecision(models.Model):
    """One decision of the machine about one ticket: which rule matched or who was chosen, why, and why not the others."""

    class Kind(models.TextChoices):
        RULE = "rule", _("rule")
        ASSIGNMENT = "assignment", _("assignment")
        TOPIC = "topic", _("topic")
        HANDOFF = "handoff", _("hand-off")
        ESCALATION = "escalation", _("escalation")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="decisions", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    rule = models.ForeignKey(
        RoutingRule, models.SET_NULL, null=True, blank=True, related_name="decisions", db_index=False
    )
    trigger = models.CharField(max_length=12, blank=True)
    # Of rules that wait for time: what they have acted on, so that they act on it once.
    occasion = models.CharField(max_length=80, blank=True)
    is_dry_run = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"))
    data = models.JSONField(default=dict)

    objects = RoutingDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "ticket", "occasion"], name="rule_once_per_occasion", condition=~Q(occasion="")
            )
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="decision_of_ticket"),
            models.Index(fields=["-id"], name="decision_newest"),
            models.Index(fields=["rule", "-at"], name="decision_of_rule", condition=Q(rule__isnull=False)),
        ]


class TriageItem(models.Model):
    """Something happened on a ticket that rules, scores, assignment and bots have not looked at yet. Deleted once they have.

    Written in the transaction of the change; the queue of services/triage.py.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    trigger = models.CharField(max_length=12, choices=Trigger.choices)
    data = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("ticket to be sorted")
        verbose_name_plural = _("tickets to be sorted")
        indexes = [models.Index(fields=["ticket", "id"], name="triage_of_ticket")]
