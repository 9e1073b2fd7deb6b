"""A way in and out that somebody has set up: one mailbox, one number, one integration."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.values import ChannelConfig
from channels_app.models.brand import Brand
from channels_app.registry import kind_choices
from helpdesk.common.crypto import decrypt_json, encrypt_json


class Channel(models.Model):
    """Transport settings and state. ``secrets`` is write-only everywhere: forms and API show only which are set."""

    class Coverage(models.TextChoices):
        FULL = "full", _("answered like every other channel")
        LIMITED = "limited", _("answered less often: says so once")
        REDIRECT = "redirect", _("not answered here: names a better channel")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name"), max_length=50, unique=True)
    kind = models.CharField(_("kind"), max_length=32, choices=kind_choices)
    name = models.CharField(_("name"), max_length=100)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="channels", verbose_name=_("brand"))
    config = models.JSONField(_("configuration"), default=dict, blank=True)
    encrypted_secrets = models.TextField(editable=False, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("What is written here can be read by everybody.")
    )
    is_demo = models.BooleanField(_("demo"), default=False)
    is_simulated = models.BooleanField(
        _("trial without an account"),
        default=False,
        db_default=False,
        help_text=_("Customers are made up and nothing leaves: for trying a channel out before there is an account."),
    )
    is_listed = models.BooleanField(
        _("on the contact page"),
        default=True,
        db_default=True,
        help_text=_("Customers find this channel on the public contact page."),
    )
    poll_cursor = models.JSONField(default=dict, blank=True, editable=False)
    poll_every_seconds = models.PositiveIntegerField(_("poll every (seconds)"), default=30)
    poll_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    next_poll_at = models.DateTimeField(null=True, blank=True, editable=False)
    consecutive_failures = models.PositiveIntegerField(default=0, editable=False)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, editable=False)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True, editable=False)
    reopen_window = models.DurationField(
        _("reopen window"),
        default=timedelta(days=7),
        help_text=_("How long a customer's message reopens a resolved ticket; then it opens a new one."),
    )
    session_gap = models.DurationField(
        _("contact gap"),
        default=timedelta(hours=12),
        help_text=_("Silence after which the next message is a new contact."),
    )
    messaging_window = models.DurationField(
        _("messaging window"),
        null=True,
        blank=True,
        help_text=_("How long after the customer's last message the provider lets us write freely."),
    )
    coverage = models.CharField(_("coverage"), max_length=8, choices=Coverage.choices, default=Coverage.FULL)
    resend_unknown = models.BooleanField(
        _("send again when the outcome is unknown"),
        default=False,
        help_text=_("Off: a person decides. On: the customer may get the message twice."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    paused_reason = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    credentials_expire_at = models.DateTimeField(_("credentials expire at"), null=True, blank=True, editable=False)
    # Nothing is sent before: the provider asked for a pause, or failed too often in a row.
    sending_paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    send_failures = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def read_secrets(self) -> dict[str, Any]:
        """The decrypted secrets; raises SecretUnreadable when their key is gone."""
        return decrypt_json(self.encrypted_secrets)

    def store_secrets(self, secrets: Mapping[str, Any]) -> None:
        """Encrypt and keep ``secrets`` on the row (not saved yet)."""
        self.encrypted_secrets = encrypt_json(secrets)

    def as_config(self) -> ChannelConfig:
        """What the adapter may know of this channel."""
        return ChannelConfig(
            slug=self.slug,
            uuid=str(self.uuid),
            config=self.config,
            secrets=self.read_secrets(),
            from_name=self.brand.from_name or self.brand.name,
            site_url=settings.SITE_URL,
        )
