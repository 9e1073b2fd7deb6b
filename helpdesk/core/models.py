"""What belongs to the installation as a whole: run-time options, the log of scheduled jobs, rate counters."""

import zoneinfo
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.common.phones import is_country


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless ``name`` is a zone of the IANA database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone. Write it like Europe/Berlin."), params={"name": name})


def check_country(code: str) -> None:
    """Raise ValidationError unless ``code`` is a country of ISO 3166 with a telephone numbering plan."""
    if not is_country(code):
        raise ValidationError(_("“%(code)s” is no country. Write two capital letters like DE."), params={"code": code})


class SiteSettings(models.Model):
    """The one row of options that people change while the product runs."""

    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[check_time_zone],
        help_text=_("Days in reports and on the dashboard begin and end here."),
    )
    default_language = models.CharField(_("default language"), max_length=12, default="en")
    default_country = models.CharField(
        _("default country"),
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[check_country],
        help_text=_(
            "Two letters like DE. Telephone numbers without a country code are read as numbers of this country."
        ),
    )
    reopen_window = models.DurationField(
        _("reopen window"),
        default=timedelta(days=7),
        help_text=_("How long a customer's message reopens a resolved ticket; new channels start with it."),
    )
    session_gap = models.DurationField(
        _("contact gap"),
        default=timedelta(hours=12),
        help_text=_("Silence after which the next message is a new contact; new channels start with it."),
    )
    acknowledge_new_tickets = models.BooleanField(_("acknowledge new tickets"), default=False)
    late_after = models.DurationField(
        _("late after"),
        default=timedelta(minutes=60),
        help_text=_("A ticket is late when its customer has waited longer."),
    )

    remind_after = models.DurationField(
        _("remind silent customers after"),
        null=True,
        blank=True,
        help_text=_("While a ticket waits for the customer; empty: nobody is reminded."),
    )
    most_reminders = models.PositiveSmallIntegerField(_("reminders at most"), default=1, db_default=1)
    resolve_silent_after = models.DurationField(
        _("resolve after silence of"),
        null=True,
        blank=True,
        help_text=_("Counted from the last reminder, or from the answer where nobody is reminded; empty: never."),
    )

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_settings_is_one_row")]

    def __str__(self) -> str:
        return str(_("Settings"))


class JobRun(models.Model):
    """One run of a scheduled job: when, how much it handled, and what went wrong."""

    job = models.CharField(_("job"), max_length=64)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    handled = models.IntegerField(_("handled"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("scheduled job run")
        verbose_name_plural = _("scheduled job runs")
        indexes = [
            models.Index(fields=["job", "-started_at"], name="job_run_latest"),
            models.Index(fields=["-started_at"], name="job_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"


class RateCounter(models.Model):
    """How often something happened in the window that starts at ``window_at`` (see services.count_and_check)."""

    key = models.CharField(max_length=200)
    window_at = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window_at"], name="one_counter_per_key_and_window")]
        indexes = [models.Index(fields=["window_at"], name="rate_counter_age")]


class AccessToken(models.Model):
    """A provider's access token that every process uses until it ends; ``encrypted`` is unreadable without the key file."""

    key = models.CharField(max_length=200, unique=True)
    encrypted = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.key
