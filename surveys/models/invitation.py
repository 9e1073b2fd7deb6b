"""One question to one customer about one occasion, and the answer."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from surveys.models.survey import Survey
from tickets.models import Customer, Message, Team, Ticket
from tickets.models.visibility import ticket_condition


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Invitations about tickets that ``user`` may see; whoever reads figures (marketing) sees all."""
        if user.is_active and user.has_perm("surveys.view_every_response"):
            return self
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class Invitation(models.Model):
    """``occasion`` is ``contact:3``, later also ``resolution:2``, ``manual:...``, ``api:...``. Asked once, whatever happens.

    ``language`` is the one the customer was asked in, so that the page speaks like the mail. ``reason`` is a code of
    ``surveys.policies.reasons`` and says why nobody was asked.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("planned")
        SENT = "sent", _("asked")
        ANSWERED = "answered", _("answered")
        EXPIRED = "expired", _("expired")
        SUPPRESSED = "suppressed", _("not asked")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="invitations", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invitations", verbose_name=_("customer"))
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("ticket")
    )
    occasion = models.CharField(_("occasion"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SCHEDULED)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    due_at = models.DateTimeField(_("due at"))
    sent_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    message = models.OneToOneField(Message, models.PROTECT, null=True, blank=True, related_name="invitation")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey invitation")
        verbose_name_plural = _("survey invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "customer", "ticket", "occasion"],
                name="asked_once_per_occasion",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="invitation_due", condition=Q(state="scheduled")),
            models.Index(fields=["expires_at"], name="invitation_expiring", condition=Q(state="sent")),
            models.Index(fields=["customer", "-sent_at"], name="invitation_quiet", condition=Q(sent_at__isnull=False)),
            models.Index(fields=["sent_at"], name="invitation_asked", condition=Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} ({self.get_state_display()})"


class ResponseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Answers about tickets that ``user`` may see; whoever reads figures (marketing) sees all answers."""
        if user.is_active and user.has_perm("surveys.view_every_response"):
            return self
        condition = ticket_condition(user, "invitation__ticket__")
        return self if condition is None else self.filter(condition)


class Response(models.Model):
    """A vote with its comment. The columns below "as it was" are copied at the time of the vote.

    ``history`` keeps what stood here before each change: ``[{"score": 4, "comment": "...", "at": iso}]``, oldest first.
    """

    class AnsweredVia(models.TextChoices):
        PAGE = "page", _("survey page")
        MESSAGE = "message", _("message")
        API = "api", _("API")

    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="response")
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    answered_via = models.CharField(
        _("answered on"), max_length=7, choices=AnsweredVia.choices, default=AnsweredVia.PAGE
    )
    answered_at = models.DateTimeField(_("answered at"))
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)
    history = models.JSONField(default=list)
    # as it was
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name=_("channel"))
    is_demo = models.BooleanField(default=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        permissions = [("view_every_response", "Can see every survey answer")]
        constraints = [models.CheckConstraint(name="score_on_the_scale", condition=Q(score__gte=1, score__lte=10))]
        indexes = [
            models.Index(fields=["-answered_at", "-id"], name="response_newest"),
            GinIndex(OpClass(Upper("comment"), name="gin_trgm_ops"), name="response_comment_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.score}/10"
