"""The times for which a ticket is usually put aside. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)


def snooze_presets(*, at: datetime, zone: ZoneInfo) -> list[tuple[str, datetime]]:
    """(code, instant) of each preset after ``at``; mornings are nine o'clock in ``zone``."""
    today = at.astimezone(zone).date()
    tomorrow = datetime.combine(today + timedelta(days=1), MORNING, tzinfo=zone)
    monday = datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING, tzinfo=zone)
    presets = [
        ("in_an_hour", at + timedelta(hours=1)),
        ("in_three_hours", at + timedelta(hours=3)),
        ("tomorrow", tomorrow),
    ]
    # On a Sunday tomorrow is Monday.
    return presets if monday == tomorrow else [*presets, ("monday", monday)]
