"""Visitors of the web chat, and which of our answers went to them by mail."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.conversation import Conversation
from tickets.models.message import Message


class VisitorQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The visitors of conversations that ``user`` may see."""
        theirs = Conversation.objects.visible_to(user).filter(
            channel=OuterRef("channel"), identity__address=OuterRef("address")
        )
        return self.filter(Exists(theirs))


class Visitor(models.Model):
    """One browser that chats: known by the digest of its token alone.

    ``address`` is that of the identity for which it speaks: ``visitor:<hex>`` for somebody whom nobody vouches for, ``user:<id>`` for
    whom the site has signed. ``email``, ``name`` and ``answers`` are what he says of himself and prove nothing.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="visitors", db_index=False)
    address = models.CharField(_("address"), max_length=320)
    token_digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=320, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    answers = models.JSONField(default=dict)
    page = models.JSONField(default=dict)
    consented_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen at"))

    objects = VisitorQuerySet.as_manager()

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        indexes = [
            models.Index(fields=["channel", "address"], name="visitor_by_address"),
            models.Index(fields=["last_seen_at"], name="visitor_by_last_sight"),
        ]

    def __str__(self) -> str:
        return self.name or self.address

    @property
    def is_verified(self) -> bool:
        """Whether the site has signed for who this is."""
        return self.address.startswith("user:")


class MailedAnswer(models.Model):
    """An answer of the chat that went to the visitor by mail: at most one row an answer, so that it leaves at most once.

    ``mail`` is the message in the outbox where an e-mail channel takes it. Without one the mail leaves directly, and ``state`` keeps
    what became of it; a row that stays "sending" was cut off and is not repeated.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("in the outbox")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not delivered")

    message = models.OneToOneField(Message, models.CASCADE, related_name="mailed_answer")
    mail = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
