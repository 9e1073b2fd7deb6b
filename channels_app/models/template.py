"""Messages that the provider has approved, for writing first or after the free window."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models.channel import Channel


class MessageTemplate(models.Model):
    """A copy of what the provider knows; ``variables`` names those of ``body`` ({{1}} or {{name}}) in their order."""

    class Status(models.TextChoices):
        APPROVED = "approved", _("approved")
        PENDING = "pending", _("under review")
        REJECTED = "rejected", _("rejected")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("gone at the provider")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="templates", verbose_name=_("channel"))
    external_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=20)
    category = models.CharField(_("category"), max_length=40, blank=True)
    body = models.TextField(_("text"))
    variables = ArrayField(models.CharField(max_length=100), verbose_name=_("variables"), default=list, blank=True)
    provider_status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.APPROVED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    synced_at = models.DateTimeField(_("synchronised at"), null=True, blank=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name", "language"], name="template_once_per_channel_and_language"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
