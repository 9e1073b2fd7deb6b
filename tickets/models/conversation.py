"""The thread on one channel. It never closes; cases open and close on it."""

import secrets
import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.customer import Customer, CustomerIdentity
from tickets.models.visibility import ticket_condition


def new_reply_token() -> str:
    """128 random bits in hexadecimal: who knows them was written to in this conversation."""
    return secrets.token_hex(16)


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Conversations with at least one ticket that ``user`` may see."""
        from tickets.models.message import Message

        condition = ticket_condition(user, "ticket__")
        if condition is None:
            return self
        return self.filter(models.Exists(Message.objects.filter(condition, conversation=models.OuterRef("pk"))))


class Conversation(models.Model):
    """``active_ticket`` makes "at most one active ticket" true by construction; it is cleared by close, merge and spam."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public")
        PRIVATE = "private", _("private")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="conversations", verbose_name=_("channel"), db_index=False
    )
    identity = models.ForeignKey(
        CustomerIdentity, models.PROTECT, related_name="conversations", verbose_name=_("identity")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="conversations", verbose_name=_("customer"), db_index=False
    )
    external_thread_id = models.CharField(max_length=200)
    reply_token = models.CharField(max_length=32, unique=True, default=new_reply_token, editable=False)
    visibility = models.CharField(max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE)
    redirected_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    active_ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, null=True, blank=True, related_name="active_conversations"
    )
    last_customer_message_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    window_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_thread_id"], name="one_conversation_per_thread")
        ]
        indexes = [models.Index(fields=["customer", "-last_message_at"], name="conversation_of_customer")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.identity}"


class ConversationParticipant(models.Model):
    """Whose mail is accepted as part of the conversation. Being copied on a mail gives no right to read the history."""

    class Role(models.TextChoices):
        REQUESTER = "requester", _("requester")
        COPY = "cc", _("copied by the customer")
        ADDED = "added", _("added by an agent")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants", db_index=False)
    identity = models.ForeignKey(CustomerIdentity, models.PROTECT, related_name="+")
    role = models.CharField(max_length=9, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "identity"], name="participant_once_per_conversation")
        ]
