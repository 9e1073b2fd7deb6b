"""Phone calls: what the caller chose, who answered, how long it took, and where it went on."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.conversation import Conversation
from tickets.models.customer import CustomerIdentity
from tickets.models.message import Attachment, Message
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


class CallQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The calls of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "message__ticket__")
        return self if condition is None else self.filter(condition)


class Call(models.Model):
    """One call, from the first ring to its end. It hangs on ``message``, its line on the timeline: a merge of tickets takes it along.

    Times are UTC, the seconds are those of the call's own events and NULL where nothing is known. ``choice`` is the last choice in
    the menu. ``heard_menu_at``: when the menu was read out first; calls without it never had the offer to go on in writing.
    """

    class State(models.TextChoices):
        RINGING = "ringing", _("in the menu")
        WAITING = "waiting", _("waiting for an agent")
        TALKING = "talking", _("talking")
        ENDED = "ended", _("ended")

    class Choice(models.TextChoices):
        DEFLECT = "deflect", _("go on in writing")
        AGENT = "agent", _("wait for an agent")
        VOICEMAIL = "voicemail", _("leave a message")
        CALLBACK = "callback", _("be called back")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", verbose_name=_("channel"), db_index=False)
    external_id = models.CharField(max_length=64)
    message = models.OneToOneField(Message, models.PROTECT, related_name="call")
    number = models.CharField(_("caller"), max_length=40, blank=True)
    called = models.CharField(_("called"), max_length=80, blank=True)
    language = models.CharField(max_length=12, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.RINGING)
    started_at = models.DateTimeField(_("started at"))
    heard_menu_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    choice = models.CharField(_("choice"), max_length=9, choices=Choice.choices, blank=True)
    speech = models.TextField(_("what the caller said"), blank=True)
    queue_position = models.PositiveIntegerField(null=True, blank=True)
    is_deflected = models.BooleanField(_("went on in writing"), default=False)
    deflected_to = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    agent_address = models.CharField(max_length=120, blank=True)
    talk_seconds = models.PositiveIntegerField(null=True, blank=True)
    hold_seconds = models.PositiveIntegerField(null=True, blank=True)
    wrap_up_seconds = models.PositiveIntegerField(null=True, blank=True)
    recording = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recording"), db_index=False
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="call_kept_once")]
        indexes = [
            models.Index(fields=["started_at"], name="call_started"),
            models.Index(
                fields=["ended_at"],
                name="call_wrap_up_open",
                condition=Q(agent__isnull=False, ended_at__isnull=False, wrap_up_seconds__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id

    @property
    def ticket(self) -> Ticket:
        """The ticket on which the call stands now."""
        return self.message.ticket

    @property
    def conversation(self) -> Conversation | None:
        """The conversation of the calls of this number."""
        return self.message.conversation

    @property
    def identity(self) -> CustomerIdentity | None:
        """Who called."""
        return self.message.author_identity

    @property
    def has_number(self) -> bool:
        """Whether the caller's number is known; a withheld one can neither be written to nor called back."""
        return bool(self.number)
