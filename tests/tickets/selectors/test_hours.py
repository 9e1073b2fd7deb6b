"""Which hours count where, and what the public calendar adds."""

from datetime import UTC, date, datetime, time

import pytest

from tests.factories import make_channel
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.business_time import is_open
from tickets.selectors.hours import week_of, week_of_channel, weeks_of_channels

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


def test_zone_that_nobody_knows_is_utc():
    assert str(week_of(make_hours("Moon", time_zone="Moon/Base")).zone) == "UTC"


@pytest.fixture
def time_machine_at_christmas():
    import time_machine

    with time_machine.travel(datetime(2026, 12, 20, tzinfo=UTC), tick=False):
        yield
