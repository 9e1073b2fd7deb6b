"""The business hours that count for a channel, a team, or everywhere else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.db.models import Q

from tickets.models import BusinessHours
from tickets.policies.business_time import Week


def week_of_channel(channel_id: int) -> Week | None:
    """The opening hours of a channel: its own, else the default ones; None where nobody has set any: always open."""
    known = BusinessHours.objects.filter(Q(channels=channel_id) | Q(is_default=True)).order_by("is_default", "id")
    found = known.prefetch_related("spans", "holidays").first()
    return None if found is None else week_of(found)


def weeks_of_channels(channel_ids: Sequence[int]) -> dict[int, Week | None]:
    """The same for many channels in a fixed number of queries."""
    known = list(BusinessHours.objects.order_by("id").prefetch_related("spans", "holidays", "channels"))
    default = next((hours for hours in known if hours.is_default), None)
    own = {channel.pk: hours for hours in reversed(known) for channel in hours.channels.all()}
    weeks = {hours.pk: week_of(hours) for hours in known}
    chosen = {channel_id: own.get(channel_id, default) for channel_id in channel_ids}
    return {channel_id: weeks[hours.pk] if hours is not None else None for channel_id, hours in chosen.items()}


def week_of(hours: BusinessHours) -> Week:
    """The hours as the policies read them, for any year; a zone that nobody knows is UTC."""
    spans: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for span in hours.spans.all():
        spans[span.weekday].append((span.starts_at, span.ends_at))
    exceptions: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for holiday in hours.holidays.all():
        open_in = exceptions[holiday.on]
        if holiday.starts_at is not None and holiday.ends_at is not None:
            open_in.append((holiday.starts_at, holiday.ends_at))
    return Week(
        zone=zone_of(hours.time_zone),
        spans=dict(spans),
        exceptions=dict(exceptions),
        calendar=PublicCalendar(country=hours.country, region=hours.region) if hours.country else None,
    )


def zone_of(name: str) -> ZoneInfo:
    """The zone by its name; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class PublicCalendar:
    """The public holidays of a country and region (ISO 3166 codes), closed days of whoever works there."""

    country: str
    region: str = ""

    def days_off(self, year: int) -> frozenset[date]:
        """The holidays of a year; none where the country's law of that year is not known."""
        return frozenset(_holidays_of(self.country, self.region, year))


def public_holidays(country: str, region: str, *, years: Sequence[int]) -> dict[date, str]:
    """The public holidays of a country and region by day, with their names there; none for codes that nobody knows."""
    found: dict[date, str] = {}
    for year in years:
        found |= _holidays_of(country, region, year)
    return found


def next_public_holidays(country: str, region: str, *, after: date, number: int) -> list[tuple[date, str]]:
    """The next so many public holidays from a day on, of that year and the one after it."""
    known = public_holidays(country, region, years=[after.year, after.year + 1])
    return sorted((day, name) for day, name in known.items() if day >= after)[:number]


@lru_cache(maxsize=512)
def _holidays_of(country: str, region: str, year: int) -> Mapping[date, str]:
    if not country:
        return {}
    try:
        law = holidays.country_holidays(country, subdiv=region or None)
        if not law.start_year <= year <= law.end_year:
            return {}
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return {}
