"""The work on a ticket: when agents talked, held, wrote up; and the calls that customers wait for."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.call import Call
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


class OfTicketQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The rows of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class WorkInterval(models.Model):
    """A stretch of work of one agent on one contact; handle time is the sum of them. ``ended_at`` is NULL while it runs.

    ``agent`` is NULL where only a telephone is known and not whose it is. ``call`` says that it comes from a call's own events;
    all others come from the workspace, where ``seen_at`` is the last sign of life and an agent is at one ticket at a time.
    """

    class Kind(models.TextChoices):
        TALK = "talk", _("talk")
        HOLD = "hold", _("hold")
        WRAP_UP = "wrap_up", _("work after the contact")
        ACTIVE = "active", _("active in the ticket")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="work_intervals")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="work_intervals")
    contact_number = models.PositiveIntegerField(default=1)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OfTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("work interval")
        verbose_name_plural = _("work intervals")
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                name="agent_works_at_one_ticket",
                condition=Q(call__isnull=True, ended_at__isnull=True),
            ),
            models.UniqueConstraint(fields=["call", "kind", "started_at"], name="work_of_call_kept_once"),
            models.CheckConstraint(
                name="work_ends_after_it_starts",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["seen_at"], name="work_running", condition=Q(call__isnull=True, ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.ticket_id})"


class CallbackRequest(models.Model):
    """A customer wants to be called. At most one is open on a ticket; whose ticket it is, his number is called.

    ``due_at``: by when. ``wish``: what the customer said about the time, in his own words.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="callback_requests")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    phone = models.CharField(_("number"), max_length=40)
    due_at = models.DateTimeField(_("due at"))
    wish = models.CharField(_("wish"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("created at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = OfTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("call back")
        verbose_name_plural = _("call backs")
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="one_open_call_back_per_ticket", condition=Q(state="open"))
        ]
        indexes = [models.Index(fields=["due_at", "id"], name="call_back_due", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.phone
