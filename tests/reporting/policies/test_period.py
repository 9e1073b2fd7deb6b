from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reporting.policies.period import Period, last_days
from reporting.policies.traffic import slot_of

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")


def test_day_begins_at_the_sites_midnight() -> None:
    period = Period(from_on=date(2026, 1, 31), to_on=date(2026, 1, 31), zone=BERLIN)
    assert period.starts_at == datetime(2026, 1, 30, 23, 0, tzinfo=UTC)
    assert period.ends_at - period.starts_at == timedelta(hours=24)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_day_of_a_clock_change_is_as_long_as_it_is(day: date, hours: int) -> None:
    period = Period(from_on=day, to_on=day, zone=BERLIN)
    assert period.ends_at - period.starts_at == timedelta(hours=hours)


def test_last_days_end_today_where_the_site_is() -> None:
    period = last_days(14, at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC), zone=BERLIN)
    assert (period.from_on, period.to_on, len(period.days)) == (date(2026, 2, 17), date(2026, 3, 2), 14)


def test_days_of_every_zone_are_whole_slots() -> None:
    midnight = Period(from_on=date(2026, 3, 2), to_on=date(2026, 3, 2), zone=KATHMANDU).starts_at
    assert slot_of(midnight) == midnight
    assert slot_of(midnight - timedelta(microseconds=1)) == midnight - timedelta(minutes=15)
