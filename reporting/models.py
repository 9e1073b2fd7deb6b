"""Facts for figures: one row per ticket, rebuildable from the event log at any time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from tickets.models import Team, Ticket


class TicketFact(models.Model):
    """What the event log says about one ticket. Unknown is NULL, never 0; seconds are wall-clock seconds.

    ``waiting_started_at``: when the customer sent the first unanswered message of the case. ``first_response_seconds``: from there
    to the first public reply of a human. ``is_counted``: no merge, no spam, not opened by an agent, no demo.
    """

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="fact")
    is_counted = models.BooleanField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", db_index=False)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("opened at"))
    waiting_started_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    first_response_seconds = models.BigIntegerField(null=True)
    first_responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_waiting = models.BooleanField(default=False)
    first_resolved_at = models.DateTimeField(null=True)
    last_resolved_at = models.DateTimeField(null=True)
    customer_message_count = models.PositiveIntegerField(default=0)
    agent_reply_count = models.PositiveIntegerField(default=0)
    reopen_count = models.PositiveIntegerField(default=0)
    contact_count = models.PositiveIntegerField(default=0)
    last_sequence = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("ticket fact")
        verbose_name_plural = _("ticket facts")
        indexes = [models.Index(fields=["opened_at"], name="ticket_fact_opened", condition=models.Q(is_counted=True))]
