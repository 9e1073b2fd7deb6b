"""The append-only log of what happened to tickets, and how far each reader of it has come."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


class TransactionIdField(models.Field):
    """PostgreSQL's xid8: the 64-bit number of the writing transaction."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)


class TicketEventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The events of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class TicketEvent(models.Model):
    """One thing that happened, written in the transaction of the change. No bodies, secrets, names or addresses in ``data``.

    ``sequence`` counts per ticket without a gap, given under the ticket's row lock. Followers read by (xid, id) below
    ``pg_snapshot_xmin(pg_current_snapshot())``: "id > last seen" would skip rows that commit late.
    """

    class ActorKind(models.TextChoices):
        AGENT = "agent", _("agent")
        CUSTOMER = "customer", _("customer")
        BOT = "bot", _("bot")
        SYSTEM = "system", _("system")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    sequence = models.IntegerField()
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"), editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    data_version = models.PositiveSmallIntegerField(default=1)
    actor_kind = models.CharField(max_length=8, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    data = models.JSONField(default=dict)

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        constraints = [models.UniqueConstraint(fields=["ticket", "sequence"], name="event_sequence_without_repeats")]
        indexes = [models.Index(fields=["xid", "id"], name="ticket_event_feed")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.ticket_id}.{self.sequence})"


class FollowerPosition(models.Model):
    """Up to where a reader of the event log has come; the next batch starts behind (xid, event_id)."""

    name = models.CharField(max_length=64, primary_key=True)
    xid = TransactionIdField(default=0)
    event_id = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)
