"""The business hours that count for a channel, a team, or everywhere else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.db.models import Q

from helpdesk.common.clock import now
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
    """The hours as the policies read them; of the holidays those from yesterday to a year and a half ahead."""
    try:
        zone = ZoneInfo(hours.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    spans: dict[int, list[tuple[time, time]]] = defaultdict(list)
    for span in hours.spans.all():
        spans[span.weekday].append((span.starts_at, span.ends_at))
    today = now().astimezone(zone).date()
    exceptions: dict[date, list[tuple[time, time]]] = {
        day: [] for day in public_holidays(hours.country, hours.region, years=[today.year, today.year + 1])
    }
    by_hand: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for holiday in hours.holidays.all():
        by_hand[holiday.on] += (
            [(holiday.starts_at, holiday.ends_at)]
            if holiday.starts_at is not None and holiday.ends_at is not None
            else []
        )
    first, last = today - timedelta(days=2), today + timedelta(days=550)
    return Week(
        zone=zone,
        spans=dict(spans),
        exceptions={day: open_in for day, open_in in (exceptions | by_hand).items() if first <= day <= last},
    )


def public_holidays(country: str, region: str, *, years: Sequence[int]) -> dict[date, str]:
    """The public holidays of a country and region (ISO 3166 codes) by day; none for codes that nobody knows."""
    if not country:
        return {}
    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=list(years)))
    except NotImplementedError:
        return {}
