"""The business hours that count for a channel, a team, or everywhere else."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q
from django.utils.translation import gettext as _

from tickets.models import BusinessHours, Holiday
from tickets.policies.business_time import Week
from tickets.selectors.public_holidays import PublicCalendar, public_holidays


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


def users_of(hours: BusinessHours) -> list[str]:
    """Who is answered in these hours, in words: teams, channels, and everybody else where they are the default."""
    words = [_("team %(name)s") % {"name": team} for team in hours.teams.order_by("name")]
    words += [_("channel %(name)s") % {"name": channel} for channel in hours.channels.order_by("name", "pk")]
    return [*words, _("everything without hours of its own")] if hours.is_default else words


@dataclass(frozen=True, kw_only=True)
class SpecialDay:
    """A day that is not like its weekday: ``spans`` are empty where it is closed. ``is_public``: from the public calendar."""

    on: date
    name: str
    spans: Sequence[tuple[time, time]] = ()
    is_public: bool


def next_special_days(hours: BusinessHours, *, after: date, number: int) -> list[SpecialDay]:
    """The next so many holidays and exceptions from a day on; one that was set by hand replaces the public one of that day."""
    public = public_holidays(hours.country, hours.region, years=[after.year, after.year + 1])
    days = {day: SpecialDay(on=day, name=name, is_public=True) for day, name in public.items()}
    by_hand: dict[date, list[Holiday]] = defaultdict(list)
    for row in hours.holidays.all():
        by_hand[row.on].append(row)
    for day, rows in by_hand.items():
        spans = [(row.starts_at, row.ends_at) for row in rows if row.starts_at is not None and row.ends_at is not None]
        name = next((row.name for row in rows if row.name), public.get(day, ""))
        days[day] = SpecialDay(on=day, name=name, spans=sorted(spans), is_public=False)
    return [days[day] for day in sorted(days) if day >= after][:number]
