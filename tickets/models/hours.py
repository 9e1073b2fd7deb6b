"""When the team is there: spans of the week, holidays and exceptions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel


class BusinessHours(models.Model):
    """Opening hours in one time zone. ``country`` and ``region`` name a public calendar (ISO 3166) whose holidays are closed days."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    country = models.CharField(
        _("holidays of the country"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, such as DE or US: its public holidays count as closed."),
    )
    region = models.CharField(
        _("holidays of the region"),
        max_length=10,
        blank=True,
        help_text=_("Such as BY for Bavaria or CA for California."),
    )
    channels = models.ManyToManyField(
        Channel,
        blank=True,
        related_name="business_hours",
        verbose_name=_("channels"),
        help_text=_("Channels that are answered in these hours; every other one in the default hours."),
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Counts where a channel or team has no hours of its own.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="one_default_business_hours"
            )
        ]

    def __str__(self) -> str:
        return self.name


class BusinessHoursSpan(models.Model):
    """One span that begins on a weekday (Monday is 0), in local time. A lunch break is two spans.

    One that does not end after it starts goes on over midnight into the next day; equal times are a whole day.
    """

    hours = models.ForeignKey(BusinessHours, models.CASCADE, related_name="spans", verbose_name=_("business hours"))
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        choices=[
            (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday")),
            (5, _("Saturday")), (6, _("Sunday")),
        ],
    )  # fmt: skip
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("span")
        verbose_name_plural = _("spans")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(name="span_weekday_is_one_of_seven", condition=Q(weekday__lte=6)),
            models.UniqueConstraint(fields=["hours", "weekday", "starts_at"], name="span_once_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class Holiday(models.Model):
    """A day on which the week's spans do not count: closed, or open in a span of its own (``starts_at`` and ``ends_at`` set)."""

    hours = models.ForeignKey(BusinessHours, models.CASCADE, related_name="holidays", verbose_name=_("business hours"))
    on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    starts_at = models.TimeField(_("open from"), null=True, blank=True)
    ends_at = models.TimeField(_("open until"), null=True, blank=True)

    class Meta:
        verbose_name = _("holiday or exception")
        verbose_name_plural = _("holidays and exceptions")
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["hours", "on", "starts_at"], name="holiday_once_per_day_and_start", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="holiday_has_a_whole_span_or_none",
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}".strip()
