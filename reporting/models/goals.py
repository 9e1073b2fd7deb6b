"""The four goals that the team has set itself, and the weekly mail about them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Goal(models.Model):
    """One of the four goals: what is aimed at, by whom, over which period. One row each, made with the installation.

    ``target`` in the unit of the goal's figure: a share of 0 to 1 (quick, solved), seconds (efficient), a rating of 1 to 10 (happy).
    """

    class Kind(models.TextChoices):
        QUICK = "quick", _("quick and always on")
        EFFICIENT = "efficient", _("efficient")
        SOLVED = "solved", _("solved at once")
        HAPPY = "happy", _("happy")

    kind = models.CharField(_("goal"), max_length=9, choices=Kind.choices, unique=True, editable=False)
    target = models.FloatField(_("target"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    period_days = models.PositiveSmallIntegerField(
        _("period"), default=30, validators=[MinValueValidator(1), MaxValueValidator(366)], help_text=_("In days.")
    )

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Digest(models.Model):
    """One weekly mail to one person about the week that began on ``week_on`` (a Monday in the zone of the site): once, whatever happens.

    ``lease_until`` belongs to who is sending it. A lease that ran out leaves it open whether the mail had left; it is not sent twice.
    ``next_try_at``: not before then, after a failure of which it is known that nothing left. ``error`` is a code.
    """

    class State(models.TextChoices):
        DUE = "due", _("due")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("to"))
    week_on = models.DateField(_("week"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("weekly digest")
        verbose_name_plural = _("weekly digests")
        constraints = [models.UniqueConstraint(fields=["user", "week_on"], name="digest_once_a_week")]
        indexes = [models.Index(fields=["id"], name="digest_due", condition=models.Q(state="due"))]

    def __str__(self) -> str:
        return f"{self.week_on}"
