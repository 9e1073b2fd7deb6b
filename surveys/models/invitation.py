"""One question to one customer about one occasion, and the answer."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from surveys.models.survey import Survey, SurveyQuestion
from surveys.policies.scales import ONE_TO_TEN
from tickets.models import Conversation, Customer, Message, Team, Ticket, Topic
from tickets.models.visibility import ticket_condition


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Invitations about tickets that ``user`` may see; whoever reads figures (marketing) sees all."""
        if user.is_active and user.has_perm("surveys.view_every_response"):
            return self
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class Invitation(models.Model):
    """``occasion`` is ``contact:3``, ``resolution:2``, ``manual:<uuid>``, ``api:<the caller's key>`` or ``recovery:<case>``. Asked once,
    whatever happens. Without a ticket (after a purchase) the question goes by mail.

    ``language`` is the one the customer was asked in, so that the page speaks like the mail. ``reason`` is a code of
    ``surveys.policies.reasons`` and says why nobody was asked. ``sent_via`` and ``conversation``: how and where he was asked.
    While ``awaits_until`` lies ahead, his messages in ``conversation`` are read as answers: to ``asks`` when it is set, else as
    the score. ``lease_until`` belongs to who sends a question that is no message of a ticket.

    ``of_...``: what the question is about, kept when it is sent (``surveys.services.subjects``): the channel where the contact
    took place, who answered last in it, the team and the topic of then. Figures and votes go by these, answered or not.
    """

    class SentVia(models.TextChoices):
        MAIL = "mail", _("mail")
        CHAT = "chat", _("in the chat")
        TEMPLATE = "template", _("approved message")
        WIDGET = "widget", _("web chat")
        CALL = "call", _("at the end of the call")
        LINK = "link", _("link handed to another system")

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
    sent_via = models.CharField(_("asked by"), max_length=8, choices=SentVia.choices, blank=True, db_default=Value(""))
    conversation = models.ForeignKey(
        Conversation, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asks = models.ForeignKey(SurveyQuestion, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    awaits_until = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    of_channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    of_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    of_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        editable=False,
    )
    of_topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
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
            models.Index(fields=["conversation"], name="invitation_awaiting", condition=Q(awaits_until__isnull=False)),
            models.Index(
                fields=["remind_at"], name="invitation_remind", condition=Q(state="sent", remind_at__isnull=False)
            ),
            models.Index(fields=["lease_until"], name="invitation_leased", condition=Q(lease_until__isnull=False)),
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
    """A vote with its comment. The columns below "as it was" are those that the question has kept.

    ``score`` stands on ``scale``; ``rating`` is the same on the common scale of satisfaction, 1.0 to 10.0, NULL for scales that
    measure something else. ``is_low`` is decided by the survey's limit at the time. ``history`` keeps what stood here before
    each change: ``[{"score": 4, "comment": "...", "at": iso}]``, oldest first.
    """

    class AnsweredVia(models.TextChoices):
        PAGE = "page", _("survey page")
        MESSAGE = "message", _("message")
        WIDGET = "widget", _("web chat")
        CALL = "call", _("key press")
        API = "api", _("API")

    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="response")
    score = models.PositiveSmallIntegerField(_("score"))
    scale = models.CharField(max_length=10, default=ONE_TO_TEN, db_default=Value(ONE_TO_TEN), editable=False)
    rating = models.FloatField(_("satisfaction"), null=True, blank=True)
    is_low = models.BooleanField(_("low"), default=False, db_default=False)
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
    # None: the question was about no ticket and went by no channel.
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("topic"))
    is_demo = models.BooleanField(default=False)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        permissions = [("view_every_response", "Can see every survey answer")]
        constraints = [models.CheckConstraint(name="score_on_the_scale", condition=Q(score__gte=0, score__lte=10))]
        indexes = [
            models.Index(fields=["-answered_at", "-id"], name="response_newest"),
            models.Index(fields=["agent", "-answered_at"], name="response_of_agent"),
            GinIndex(OpClass(Upper("comment"), name="gin_trgm_ops"), name="response_comment_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.score} ({self.scale})"


class Answer(models.Model):
    """What the customer said to one further question: one row per choice, or one with his words."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers")
    question = models.ForeignKey(SurveyQuestion, models.PROTECT, related_name="answers")
    choice = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("further answer")
        verbose_name_plural = _("further answers")
        constraints = [models.UniqueConstraint(fields=["response", "question", "choice"], name="answered_once")]

    def __str__(self) -> str:
        return self.choice or self.text
