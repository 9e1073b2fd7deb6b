"""What is asked, when, and of whom."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel


class Survey(models.Model):
    """One question on a scale of 1 to 10, asked after a contact."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="surveys", verbose_name=_("channels"), help_text=_("None chosen: all.")
    )
    question = models.CharField(
        _("question"), max_length=300, blank=True, help_text=_("Empty: our question, in the customer's language.")
    )
    thanks = models.CharField(
        _("thanks"), max_length=300, blank=True, help_text=_("Empty: our thanks, in the customer's language.")
    )
    delay = models.DurationField(
        _("delay"), default=timedelta(minutes=10), help_text=_("Between the end of a contact and the question.")
    )
    quiet_period = models.DurationField(
        _("quiet period"), default=timedelta(hours=24), help_text=_("One question per customer in this time.")
    )
    expires_after = models.DurationField(_("expires after"), default=timedelta(days=14))
    change_window = models.DurationField(
        _("change window"), default=timedelta(days=2), help_text=_("How long an answer can be changed.")
    )
    scale = models.PositiveSmallIntegerField(default=10, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def __str__(self) -> str:
        return self.name
