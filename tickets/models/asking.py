"""What a customer was asked for, and the sentences that everybody may read."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models.conversation import Conversation
from tickets.models.message import Message
from tickets.models.ticket import Ticket
from tickets.models.visibility import ticket_condition


def language_choices() -> list[tuple[str, Any]]:
    """The languages of the installation (a function, so that a new one needs no migration)."""
    return list(settings.LANGUAGES)


class InformationRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The requests on tickets that ``user`` may see."""
        condition = ticket_condition(user, "ticket__")
        return self if condition is None else self.filter(condition)


class InformationRequest(models.Model):
    """One thing that a customer was asked for. ``token_hash``: SHA-256 of the upload link's token, NULL where there is no link.

    ``message`` asked for it, ``received_message`` brought it. Times are UTC.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photo")
        DOCUMENT = "document", _("document")
        LOCATION = "location", _("location")
        ORDER_NUMBER = "order_number", _("order number")
        TEXT = "text", _("something else")

    class State(models.TextChoices):
        ASKED = "asked", _("missing")
        RECEIVED = "received", _("received")
        CANCELLED = "cancelled", _("not needed any more")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="information_requests")
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("question"), blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    message = models.OneToOneField(Message, models.PROTECT, related_name="information_request")
    received_message = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("information request")
        verbose_name_plural = _("information requests")
        constraints = [
            models.CheckConstraint(
                name="request_is_settled_when_it_is_not_asked",
                condition=Q(state="asked", settled_at__isnull=True) | Q(~Q(state="asked"), settled_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class PublicText(models.Model):
    """A sentence that everybody may read, in one language; of a channel it comes before the one for all channels."""

    class Purpose(models.TextChoices):
        PRIVATE_MESSAGE = "private_message", _("moved to a private message")
        LINK = "link", _("moved, with a link")
        CLOSING = "closing", _("closing line")

    purpose = models.CharField(_("occasion"), max_length=15, choices=Purpose.choices)
    language = models.CharField(_("language"), max_length=12, choices=language_choices)
    channel = models.ForeignKey(
        Channel,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("channel"),
        help_text=_("Empty: for every public channel."),
    )
    text = models.TextField(
        _("text"),
        max_length=1000,
        help_text=_("{link} becomes the address at which the customer can write in private."),
    )

    class Meta:
        verbose_name = _("public text")
        verbose_name_plural = _("public texts")
        ordering = ["purpose", "language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "language", "channel"], name="one_public_text_per_occasion", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.language})"
