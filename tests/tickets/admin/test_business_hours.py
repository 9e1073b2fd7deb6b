"""Business hours are set in a form that reads what people write, refuses what nobody could keep, and says what it means."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.test import Client

from tickets.models import BusinessHours, BusinessHoursSpan, Holiday

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/businesshours/"
URL = f"{LIST}add/"
SUNDAY = {"on": "2026-12-20", "name": "Advent", "starts_at": "10:00", "ends_at": "14:00"}


@pytest.fixture
def office(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def form(*holidays, stored=0, **fields):
    data = {"name": "Office", "time_zone": "Europe/Berlin", "country": "", "region": "", "day_0": "9-17", **fields}
    data |= {"holidays-TOTAL_FORMS": str(len(holidays)), "holidays-INITIAL_FORMS": str(stored)}
    for number, day in enumerate(holidays):
        data |= {f"holidays-{number}-{name}": value for name, value in day.items()}
    return data


def words_of(answer):
    return answer.content.decode()


def week_of_stored():
    spans = BusinessHoursSpan.objects.order_by("weekday", "starts_at")
    return [(span.weekday, f"{span.starts_at:%H:%M}", f"{span.ends_at:%H:%M}") for span in spans]


def test_lines_of_the_week_become_spans_and_exceptions_days(office, api_channel):
    saved = office.post(
        URL,
        form(SUNDAY, day_0="9-12, 13:00-17:30", day_4="22-2", channels=[api_channel.pk], region="bayern", country="DE"),
    )
    hours = BusinessHours.objects.get()
    assert saved.status_code == 302
    assert week_of_stored() == [(0, "09:00", "12:00"), (0, "13:00", "17:30"), (4, "22:00", "02:00")]
    assert (hours.region, list(hours.channels.all())) == ("BY", [api_channel])
    day = hours.holidays.get()
    assert (day.on, day.starts_at, day.ends_at) == (date(2026, 12, 20), time(10), time(14))


def test_stored_hours_are_shown_as_they_can_be_written_again(office):
    office.post(URL, form(SUNDAY, day_0="9-12, 13-17", day_1="24h"))
    hours = BusinessHours.objects.get()
    page = words_of(office.get(f"{LIST}{hours.pk}/change/"))
    assert 'value="09:00-12:00, 13:00-17:00"' in page
    assert 'value="00:00-24:00"' in page
    day = Holiday.objects.get()
    gone = SUNDAY | {"id": str(day.pk), "hours": str(hours.pk), "DELETE": "on"}
    office.post(f"{LIST}{hours.pk}/change/", form(gone, {"on": "2027-01-02"}, stored=1, day_0="8-12"))
    assert week_of_stored() == [(0, "08:00", "12:00")]
    assert [day.on for day in hours.holidays.all()] == [date(2027, 1, 2)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_zone": "Berlin"}, "Write it like Europe/Berlin"),
        ({"country": "QQ"}, "no calendar for this country"),
        ({"country": "DE", "region": "ZZ"}, "Known regions of this country"),
        ({"day_3": "nine to five"}, "Write spans like 09:00-12:00"),
        ({"day_0": "9-17, 16-18"}, "overlaps Monday 09:00-17:00"),
        ({"day_0": "22-6", "day_1": "5-9"}, "overlaps Monday 22:00-06:00"),
    ],
)
def test_value_that_cannot_be_is_refused_in_words(office, changes, words):
    assert words in words_of(office.post(URL, form(**changes)))
    assert not BusinessHours.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (SUNDAY | {"starts_at": "11:00"}, "overlaps 10:00-14:00"),
        (SUNDAY | {"starts_at": "", "ends_at": ""}, "closed and open"),
        ({"on": "2026-12-21", "starts_at": "10:00"}, "Give both times"),
    ],
)
def test_exception_that_says_two_things_is_refused(office, day, words):
    assert words in words_of(office.post(URL, form(SUNDAY, day)))
    assert not BusinessHours.objects.exists()


def test_list_says_whether_it_is_open(office):
    office.post(URL, form(**{f"day_{day}": "24h" for day in range(7)}))
    assert "open" in words_of(office.get(LIST))


@time_machine.travel(datetime(2026, 12, 23, 7, 0, tzinfo=UTC), tick=False)
def test_page_says_what_the_hours_mean_now(administrator):
    office = Client()
    office.force_login(administrator)
    office.post(URL, form(**{f"day_{day}": "9-17" for day in range(5)}, country="DE"))
    page = words_of(office.get(f"{LIST}{BusinessHours.objects.get().pk}/change/"))
    assert "Closed, opens Wed 23 Dec 2026, 09:00" in page
    assert "Fri 25 Dec 2026" in page
    assert 'x="540" width="480"' in page


@pytest.mark.parametrize(
    ("at", "limit", "words"),
    [
        ("2026-11-27T16:00", "2 h", "Due Mon 30 Nov 2026, 10:00"),
        ("2026-11-27T16:00", "soon", "Write it like"),
        ("0001-01-01T00:00", "2 h", "between 1970 and 2200"),
        ("", "2 h", "This field is required"),
    ],
)
def test_calculator_gives_the_time_that_a_limit_would_have(office, at, limit, words):
    office.post(URL, form(**{f"day_{day}": "9-17" for day in range(5)}))
    page = office.get(f"{LIST}{BusinessHours.objects.get().pk}/calculator/", {"at": at, "limit": limit})
    assert words in words_of(page)


def test_hours_that_never_open_are_never_due(office):
    office.post(URL, form(day_0=""))
    page = office.get(f"{LIST}{BusinessHours.objects.get().pk}/calculator/", {"at": "2026-11-27T16:00", "limit": "1 h"})
    assert "Never due" in words_of(page)


def test_hours_in_use_cannot_be_deleted_and_the_page_says_by_whom(office):
    office.post(URL, form(is_default="on"))
    hours = BusinessHours.objects.get()
    for method in (office.get, office.post):
        answer = method(f"{LIST}{hours.pk}/delete/", {"post": "yes"}, follow=True)
        assert "in use by everything without hours of its own" in words_of(answer)
    office.post(f"{LIST}{hours.pk}/change/", form())
    office.post(f"{LIST}{hours.pk}/delete/", {"post": "yes"})
    assert not BusinessHours.objects.exists()


def test_agent_reads_and_changes_nothing(agent, office):
    office.post(URL, form())
    client = Client()
    client.force_login(agent)
    pk = BusinessHours.objects.get().pk
    assert client.get(LIST).status_code == 200
    page = client.get(f"{LIST}{pk}/change/")
    assert (page.status_code, 'name="day_0"' in words_of(page)) == (200, False)
    assert client.get(f"{LIST}{pk}/calculator/").status_code == 200
    assert client.post(URL, form()).status_code == 403
    assert client.post(f"{LIST}{pk}/change/", form()).status_code == 403
