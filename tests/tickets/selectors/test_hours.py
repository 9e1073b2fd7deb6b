"""Which hours count where, and what the public calendar adds."""

from datetime import UTC, date, datetime, time

import pytest

from tests.factories import make_channel
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.business_time import is_open
from tickets.selectors.hours import next_special_days, week_of, week_of_channel, weeks_of_channels

pytestmark = pytest.mark.django_db


def make_hours(name, *, starts=9, **fields):
    hours = BusinessHours.objects.create(name=name, **fields)
    BusinessHoursSpan.objects.bulk_create(
        BusinessHoursSpan(hours=hours, weekday=day, starts_at=time(starts), ends_at=time(17)) for day in range(5)
    )
    return hours


def test_channel_without_any_hours_is_always_open(api_channel):
    assert week_of_channel(api_channel.pk) is None
    assert weeks_of_channels([api_channel.pk]) == {api_channel.pk: None}


def test_own_hours_come_before_the_default_ones(api_channel, email_channel):
    make_hours("Everywhere", is_default=True)
    make_hours("Shop", starts=11).channels.add(api_channel)
    assert week_of_channel(api_channel.pk).spans[0] == [(time(11), time(17))]
    assert week_of_channel(email_channel.pk).spans[0] == [(time(9), time(17))]
    both = weeks_of_channels([api_channel.pk, email_channel.pk])
    assert both == {
        api_channel.pk: week_of_channel(api_channel.pk),
        email_channel.pk: week_of_channel(email_channel.pk),
    }


def test_many_channels_cost_as_many_queries_as_one(django_assert_num_queries):
    for number in range(5):
        make_hours(f"Hours {number}").channels.add(make_channel(kind="api"))
    with django_assert_num_queries(4):
        weeks_of_channels(range(1, 50))


@pytest.mark.parametrize(
    ("country", "region", "is_closed"), [("DE", "", True), ("DE", "BE", True), ("XX", "", False), ("", "", False)]
)
def test_public_holidays_of_the_country_are_closed(time_machine_at_christmas, country, region, is_closed):
    week = week_of(make_hours("Office", country=country, region=region))
    assert is_open(week, at=datetime(2026, 12, 25, 10, tzinfo=UTC)) is not is_closed


def test_own_exception_beats_the_public_calendar(time_machine_at_christmas):
    hours = make_hours("Office", country="DE")
    Holiday.objects.create(hours=hours, on=date(2026, 12, 25), starts_at=time(10), ends_at=time(12))
    assert is_open(week_of(hours), at=datetime(2026, 12, 25, 11, tzinfo=UTC))


@pytest.mark.parametrize(("year", "is_closed"), [(1999, True), (2026, True), (2050, True), (9000, False)])
def test_public_holidays_are_known_of_any_year_that_has_a_law(year, is_closed):
    week = week_of(make_hours("Office", country="US"))
    # The fourth of July is kept on a weekday beside it where it falls on a weekend.
    july = [datetime(year, 7, day, 15, tzinfo=UTC) for day in range(2, 7)]
    workdays = [at for at in july if at.weekday() < 5]
    assert all(is_open(week, at=at) for at in workdays) is not is_closed


def test_next_special_days_are_the_calendars_and_those_set_by_hand():
    hours = make_hours("Office", country="DE")
    Holiday.objects.create(hours=hours, on=date(2026, 12, 20), name="Advent", starts_at=time(14), ends_at=time(16))
    Holiday.objects.create(hours=hours, on=date(2026, 12, 20), starts_at=time(10), ends_at=time(12))
    Holiday.objects.create(hours=hours, on=date(2026, 12, 25), starts_at=time(10), ends_at=time(12))
    days = next_special_days(hours, after=date(2026, 12, 1), number=3)
    assert [(day.on.day, len(day.spans), day.is_public) for day in days] == [
        (20, 2, False), (25, 1, False), (26, 0, True),
    ]  # fmt: skip
    assert days[0].spans[0] == (time(10), time(12))


def test_zone_that_nobody_knows_is_utc():
    assert str(week_of(make_hours("Moon", time_zone="Moon/Base")).zone) == "UTC"


@pytest.fixture
def time_machine_at_christmas():
    import time_machine

    with time_machine.travel(datetime(2026, 12, 20, tzinfo=UTC), tick=False):
        yield
