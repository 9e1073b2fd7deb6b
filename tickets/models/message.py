"""What was said: messages and notes, their recipients and files, and unfinished drafts. A queued message IS the outbox."""

import hashlib
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel, InboundEvent
from tickets.models.conversation import Conversation
from tickets.models.customer import CustomerIdentity
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


def external_digest(external_id: str) -> bytes | None:
    """The 16 bytes under which a provider's id is found again; ids of any length would break a btree. None for no id."""
    return hashlib.sha256(external_id.encode("utf-8", "replace")).digest()[:16] if external_id else None


# The purpose of what a customer said that an event tells and no bubble shows (a vote alone).
UNSHOWN = "vote"


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The messages of the tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class Message(models.Model):
    """A message in or out, or an internal note (conversation NULL).

    ``sort_at`` orders the timeline together with the id: the provider's time clamped to [received - 7 d, received]; mail uses the
    received time. ``dedup_key`` is set on inbound messages. ``html`` is as it came and is sanitised whenever it is shown.
    """

    class Direction(models.TextChoices):
        IN = "in", _("in")
        OUT = "out", _("out")

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        NOTE = "note", _("internal note")

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        AGENT = "agent", _("agent")
        BOT = "bot", _("bot")
        SYSTEM = "system", _("system")

    class DeliveryState(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("not delivered")
        UNKNOWN = "unknown", _("outcome unknown")
        CANCELLED = "cancelled", _("undone")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="messages", verbose_name=_("ticket"), db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, models.PROTECT, null=True, blank=True, related_name="messages", db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    dedup_key = models.BinaryField(max_length=32, null=True)
    inbound_event = models.ForeignKey(
        InboundEvent, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.MESSAGE)
    author = models.CharField(max_length=8, choices=Author.choices)
    author_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    author_identity = models.ForeignKey(
        CustomerIdentity, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    purpose = models.CharField(max_length=20, blank=True, help_text="Of system mail: acknowledgement, survey, notice")
    contact_number = models.PositiveIntegerField(default=1)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    reply_text = models.TextField(blank=True)
    flags = models.JSONField(default=list)
    # What is no text: location, contacts, referral, order, story ... in; template, choices, asks_for out.
    details = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # Channels that take one file a message: the files that go with the same answer.
    part_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts", db_index=False)
    is_auto_reply = models.BooleanField(default=False)
    external_id = models.TextField(blank=True)
    external_digest = models.BinaryField(max_length=16, null=True)
    in_reply_to = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    provider_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    sort_at = models.DateTimeField()
    language = models.CharField(max_length=12, blank=True)
    sentiment = models.CharField(max_length=10, blank=True)
    sentiment_confidence = models.FloatField(null=True, blank=True)
    visibility = models.CharField(
        max_length=7, choices=Conversation.Visibility.choices, default=Conversation.Visibility.PRIVATE
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    reactions = models.JSONField(default=list)
    delivery_state = models.CharField(max_length=9, choices=DeliveryState.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    send_after = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["channel", "dedup_key"], name="message_received_once"),
            models.CheckConstraint(
                name="message_has_one_author",
                condition=Q(author="customer", author_identity__isnull=False, author_agent__isnull=True)
                | Q(author="agent", author_identity__isnull=True, author_agent__isnull=False)
                | Q(author__in=["bot", "system"], author_identity__isnull=True, author_agent__isnull=True),
            ),
            models.CheckConstraint(
                name="only_notes_have_no_conversation",
                condition=Q(kind="note") | Q(conversation__isnull=False, channel__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "sort_at", "id"], name="message_timeline"),
            models.Index(fields=["conversation", "id"], name="message_of_conversation"),
            models.Index(
                fields=["channel", "external_digest"],
                name="message_by_external_id",
                condition=Q(external_digest__isnull=False),
            ),
            # In the order in which the sender takes them: what was never tried first.
            models.Index(
                F("next_try_at").asc(nulls_first=True),
                "id",
                name="message_outbox",
                condition=Q(delivery_state="queued"),
            ),
            models.Index(
                fields=["lease_until", "channel"], name="message_under_way", condition=Q(delivery_state="sending")
            ),
            models.Index(fields=["part_of"], name="message_parts", condition=Q(part_of__isnull=False)),
            models.Index(
                fields=["conversation", "id"],
                name="message_outbox_order",
                condition=Q(delivery_state__in=["queued", "sending"]),
            ),
            models.Index(fields=["id"], name="message_undecided", condition=Q(delivery_state="unknown")),
            # Answers that nobody has reported on, the newest of a channel: what a chat sends by mail when its visitor has left.
            models.Index(
                fields=["channel", "sent_at"], name="message_sent_unreported", condition=Q(delivery_state="sent")
            ),
            # Questions about the service that did not arrive; whoever asked them looks for another way.
            models.Index(
                fields=["received_at"],
                name="message_survey_failed",
                condition=Q(purpose="survey", delivery_state="failed"),
            ),
        ]


class MessageRecipient(models.Model):
    """One address of an outbound message and what became of it there."""

    class Role(models.TextChoices):
        TO = "to", _("to")
        CC = "cc", _("cc")
        BCC = "bcc", _("bcc")

    message = models.ForeignKey(Message, models.CASCADE, related_name="recipients", db_index=False)
    role = models.CharField(max_length=3, choices=Role.choices, default=Role.TO)
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=Message.DeliveryState.choices, blank=True)
    code = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "address"], name="recipient_once_per_message")]


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The files of messages that ``user`` may see."""
        condition = ticket_condition(user, "message__ticket__")
        return self if condition is None else self.filter(condition)


class Attachment(models.Model):
    """A file of a message. Written to storage before the transaction; ``storage_key`` is yyyy/mm/uuid and never a stranger's name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    storage_key = models.CharField(max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=127)
    size = models.BigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    is_inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=255, blank=True)
    error = models.TextField(blank=True, help_text="Why the file could not be fetched; storage_key is then empty")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        # Who attaches an upload asks whether it was used before; the sweep asks for every file whether somebody needs it.
        indexes = [models.Index(fields=["storage_key"], name="attachment_by_file")]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What an agent has typed and not sent yet: one per agent, ticket and kind."""

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=7, choices=Message.Kind.choices)
    text = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "ticket", "kind"], name="one_draft_per_agent_ticket_and_kind")
        ]
