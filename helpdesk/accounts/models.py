"""The agent, and the keys by which other systems come in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who works here. Groups grant verbs (roles), team membership grants scope."""

    class Presence(models.TextChoices):
        ONLINE = "online", _("online")
        AWAY = "away", _("away")
        OFFLINE = "offline", _("offline")

    languages = ArrayField(models.CharField(max_length=12), verbose_name=_("languages"), default=list, blank=True)
    max_open_tickets = models.PositiveIntegerField(_("open tickets at most"), null=True, blank=True)
    presence = models.CharField(_("presence"), max_length=8, choices=Presence.choices, default=Presence.OFFLINE)
    away_until = models.DateTimeField(_("away until"), null=True, blank=True)
    # When the person's browser was last heard of, and when the presence last changed.
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    presence_since = models.DateTimeField(null=True, blank=True, editable=False)
    signature = models.TextField(_("signature"), blank=True, help_text=_("Put below every reply sent by mail."))
    mail_notifications = models.CharField(
        _("notifications by mail"),
        max_length=6,
        choices=[("never", _("never")), ("away", _("while I am away")), ("always", _("always"))],
        default="away",
        db_default="away",
    )
    shortcuts_enabled = models.BooleanField(_("keyboard shortcuts"), default=True)
    tone_hints_enabled = models.BooleanField(
        _("hints on tone"),
        default=True,
        db_default=True,
        help_text=_(
            "While an answer is written: a missing name, shouting, blame, another language than the customer's."
        ),
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def display_name(self) -> str:
        """The name that customers and colleagues read."""
        return self.get_full_name() or self.username


class ApiKey(models.Model):
    """A key of one user for the API. Only a digest is stored; the key is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=64), verbose_name=_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} (hd_{self.prefix}_…)"


class IdempotencyKey(models.Model):
    """The stored answer of a POST, so that its repetition has no second effect (kept 24 hours)."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    body_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_owner_and_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]
