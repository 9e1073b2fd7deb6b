"""Periods of whole days in the site's time zone. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 1830


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first day to the last, both included, as they begin and end in ``zone``."""

    from_on: date
    to_on: date
    zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        """The first instant of the first day, in UTC."""
        return self._midnight(self.from_on)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the last day, in UTC. A day of a clock change has 23 or 25 hours."""
        return self._midnight(self.to_on + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        return [self.from_on + timedelta(days=n) for n in range((self.to_on - self.from_on).days + 1)]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)


def last_days(count: int, *, at: datetime, zone: ZoneInfo) -> Period:
    """The ``count`` days that end today."""
    today = at.astimezone(zone).date()
    return Period(from_on=today - timedelta(days=count - 1), to_on=today, zone=zone)
