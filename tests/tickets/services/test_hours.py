"""Business hours are set, changed and deleted in one place, which keeps out what nobody could answer by."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import BusinessHours, SLAPolicy, SLARecomputation, SLATarget, SLATimer
from tickets.policies.opening_rules import ExceptionDay, WeekSpan
from tickets.services.actors import Actor
from tickets.services.hours import GivenHours, create_hours, delete_hours, hours_as_given, update_hours
from tickets.services.recounting_clocks import recount_time_limits

pytestmark = pytest.mark.django_db
ACTOR = Actor.system()
MONDAY = WeekSpan(weekday=0, starts_at=time(9), ends_at=time(17))
OFFICE = GivenHours(name="Office", time_zone="Europe/Berlin", country="DE", region="BY", spans=(MONDAY,))


def recounted():
    return [row.scope for row in SLARecomputation.objects.order_by("pk")]


def test_stored_hours_say_what_was_given(api_channel):
    given = replace(
        OFFICE,
        is_default=True,
        channel_ids=(api_channel.pk,),
        holidays=(ExceptionDay(on=date(2026, 12, 20), name="Advent", starts_at=time(10), ends_at=time(14)),),
    )
    hours = create_hours(given=given, actor=ACTOR)
    assert hours_as_given(BusinessHours.objects.get()) == given
    assert recounted() == [{"hours": hours.pk}]


def test_country_and_region_are_stored_by_their_codes():
    hours = create_hours(given=replace(OFFICE, country="de", region="bayern"), actor=ACTOR)
    assert (hours.country, hours.region) == ("DE", "BY")


@pytest.mark.parametrize(
    ("changes", "code", "field", "words"),
    [
        ({"name": " "}, "name_missing", "name", "a name"),
        ({"name": "Taken"}, "name_taken", "name", "already"),
        ({"time_zone": "Berlin"}, "unknown_time_zone", "time_zone", "Write it like Europe/Berlin"),
        ({"time_zone": "Asia/Katmandoo"}, "unknown_time_zone", "time_zone", "Asia/Katmandu"),
        ({"country": "QQ"}, "unknown_country", "country", "leave it empty"),
        ({"region": "ZZ"}, "unknown_region", "region", "BY (Bayern)"),
        ({"country": "", "region": "BY"}, "unknown_region", "region", "Leave it empty"),
        ({"channel_ids": (999_999,)}, "unknown_channel", "channels", "999999"),
        ({"spans": (WeekSpan(weekday=1, starts_at=time(9), ends_at=time(10)), MONDAY, MONDAY)},
         "overlapping_spans", "spans.2", "Monday 09:00-17:00"),
        ({"holidays": (ExceptionDay(on=date(2027, 1, 1), ends_at=time(9)),)},
         "incomplete_day", "holidays.0", "both times"),
        ({"spans": (MONDAY,) * 51}, "too_many_spans", "spans", "50"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_with_what_to_do(changes, code, field, words):
    create_hours(given=replace(OFFICE, name="Taken"), actor=ACTOR)
    with pytest.raises(InvalidInput) as refused:
        create_hours(given=replace(OFFICE, **changes), actor=ACTOR)
    assert refused.value.code == code
    assert words in refused.value.fields[field]
    assert BusinessHours.objects.count() == 1


def test_change_keeps_the_rest_and_counts_the_clocks_anew():
    hours = create_hours(given=OFFICE, actor=ACTOR)
    SLARecomputation.objects.all().delete()
    update_hours(hours_id=hours.pk, changes={"spans": (replace(MONDAY, weekday=6),)}, actor=ACTOR)
    assert hours_as_given(hours) == replace(OFFICE, spans=(replace(MONDAY, weekday=6),))
    assert recounted() == [{"hours": hours.pk}]


def test_days_that_stay_keep_their_rows():
    days = tuple(ExceptionDay(on=date(2026, 12, day)) for day in (24, 25, 26))
    hours = create_hours(given=replace(OFFICE, holidays=days), actor=ACTOR)
    before = dict(hours.holidays.values_list("on", "pk"))
    update_hours(hours_id=hours.pk, changes={"holidays": (*days[1:], ExceptionDay(on=date(2027, 1, 2)))}, actor=ACTOR)
    after = dict(hours.holidays.values_list("on", "pk"))
    assert list(after) == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 2)]
    assert {on: before[on] for on in list(after)[:2]} == {on: after[on] for on in list(after)[:2]}


@pytest.mark.parametrize("changes", [{"name": "Bureau"}, {"spans": (MONDAY,)}, {}])
def test_change_that_moves_no_opening_counts_no_clock_anew(changes):
    hours = create_hours(given=OFFICE, actor=ACTOR)
    SLARecomputation.objects.all().delete()
    update_hours(hours_id=hours.pk, changes=changes, actor=ACTOR)
    assert recounted() == []


def test_new_default_takes_the_place_of_the_old_one_and_both_are_counted_anew():
    old = create_hours(given=replace(OFFICE, is_default=True), actor=ACTOR)
    SLARecomputation.objects.all().delete()
    new = create_hours(given=replace(OFFICE, name="New", is_default=True), actor=ACTOR)
    assert list(BusinessHours.objects.filter(is_default=True)) == [new]
    assert recounted() == [{"hours": old.pk}, {"hours": new.pk}]


def test_channel_has_one_set_of_hours(api_channel):
    create_hours(given=replace(OFFICE, channel_ids=(api_channel.pk,)), actor=ACTOR)
    with pytest.raises(InvalidInput, match=r"“Office”\. Take it out there first"):
        create_hours(given=replace(OFFICE, name="Shop", channel_ids=(api_channel.pk,)), actor=ACTOR)


def test_hours_in_use_are_not_deleted(api_channel):
    hours = create_hours(given=replace(OFFICE, channel_ids=(api_channel.pk,), is_default=True), actor=ACTOR)
    team = make_team("Second line")
    team.business_hours = hours
    team.save()
    with pytest.raises(Conflict, match=r"team Second line, channel .*, everything without") as refused:
        delete_hours(hours_id=hours.pk, actor=ACTOR)
    assert refused.value.code == "hours_in_use"
    team.business_hours = None
    team.save()
    update_hours(hours_id=hours.pk, changes={"channel_ids": (), "is_default": False}, actor=ACTOR)
    delete_hours(hours_id=hours.pk, actor=ACTOR)
    assert not BusinessHours.objects.exists()


def test_hours_that_are_not_there_are_not_found():
    with pytest.raises(NotVisible):
        update_hours(hours_id=1, changes={}, actor=ACTOR)
    with pytest.raises(NotVisible):
        delete_hours(hours_id=1, actor=ACTOR)


def test_holiday_moves_the_due_time_of_an_open_ticket():
    every_day = tuple(WeekSpan(weekday=day, starts_at=time(0), ends_at=time(0)) for day in range(7))
    hours = create_hours(
        given=GivenHours(name="Always", time_zone="UTC", is_default=True, spans=every_day), actor=ACTOR
    )
    policy = SLAPolicy.objects.create(name="Everybody")
    SLATarget.objects.create(policy=policy, metric="first_response", seconds=4 * 86_400, clock="business")
    timer = SLATimer.objects.get(ticket=make_ticket(make_channel()))
    tomorrow = timer.started_at.date() + timedelta(days=1)
    update_hours(hours_id=hours.pk, changes={"holidays": (ExceptionDay(on=tomorrow),)}, actor=ACTOR)
    SLARecomputation.objects.update(created_at=timer.started_at - timedelta(hours=1))
    recount_time_limits()
    moved = SLATimer.objects.get(pk=timer.pk)
    assert moved.due_at - timer.due_at == timedelta(days=1)
