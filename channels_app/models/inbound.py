"""What providers delivered, kept as it came."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models.channel import Channel


class InboundEvent(models.Model):
    """One raw delivery: stored before anybody reads it, processed at least once, filed exactly once.

    ``attempts`` is raised and committed with the lease before parsing, so that a payload that kills its worker cannot do so for ever.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("waiting")
        PROCESSED = "processed", _("processed")
        IGNORED = "ignored", _("ignored")
        QUARANTINED = "quarantined", _("quarantined")

    class Source(models.TextChoices):
        WEBHOOK = "webhook", _("webhook")
        POLL = "poll", _("poll")
        SMTP = "smtp", _("SMTP")
        CLI = "cli", _("command line")
        TRIAL = "trial", _("simulator")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="inbound_events", verbose_name=_("channel"))
    dedup_key = models.BinaryField(max_length=32)
    headers = models.JSONField(_("headers"), default=dict)
    meta = models.JSONField(default=dict)
    content_type = models.CharField(max_length=200, blank=True)
    body = models.BinaryField(null=True)
    body_file = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(_("size"), default=0)
    source = models.CharField(_("source"), max_length=8, choices=Source.choices)
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    reason_code = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")
        constraints = [models.UniqueConstraint(fields=["channel", "dedup_key"], name="event_stored_once_per_channel")]
        indexes = [
            models.Index(fields=["id"], name="inbound_event_waiting", condition=models.Q(state="received")),
            models.Index(fields=["-id"], name="inbound_event_quarantined", condition=models.Q(state="quarantined")),
            models.Index(fields=["channel", "-received_at"], name="inbound_event_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.get_state_display()})"
