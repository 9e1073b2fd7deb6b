"""Business hours are set in a form that refuses what nobody could keep."""

import pytest
from django.test import Client

from tickets.models import BusinessHours

pytestmark = pytest.mark.django_db
URL = "/admin/tickets/businesshours/add/"
WORKDAY = {"weekday": "0", "starts_at": "09:00", "ends_at": "17:00"}


@pytest.fixture
def office(administrator):
    client = Client()
    client.force_login(administrator)
    return client


def form(*spans, **fields):
    data = {"name": "Office", "time_zone": "Europe/Berlin", "country": "", "region": "", **fields}
    data |= {"spans-TOTAL_FORMS": str(len(spans)), "spans-INITIAL_FORMS": "0"}
    data |= {"holidays-TOTAL_FORMS": "0", "holidays-INITIAL_FORMS": "0"}
    for number, span in enumerate(spans):
        data |= {f"spans-{number}-{name}": value for name, value in span.items()}
    return data


def test_lunch_break_is_two_spans(office):
    afternoon = {"weekday": "0", "starts_at": "13:00", "ends_at": "17:00"}
    office.post(URL, form(WORKDAY | {"ends_at": "12:00"}, afternoon))
    assert BusinessHours.objects.get().spans.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_zone": "Berlin"}, "no time zone"),
        ({"country": "QQ"}, "no calendar for this country"),
        ({"country": "DE", "region": "ZZ"}, "Known regions of this country"),
    ],
)
def test_value_that_cannot_be_is_refused_in_words(office, changes, words):
    answer = office.post(URL, form(WORKDAY, **changes))
    assert words in answer.content.decode()
    assert not BusinessHours.objects.exists()


@pytest.mark.parametrize("other", [("16:59", "18:00"), ("08:00", "09:01"), ("10:00", "11:00"), ("08:00", "02:00")])
def test_spans_that_overlap_are_refused(office, other):
    start, end = other
    answer = office.post(URL, form(WORKDAY, {"weekday": "0", "starts_at": start, "ends_at": end}))
    assert "overlaps" in answer.content.decode()
    assert not BusinessHours.objects.exists()


def test_list_says_whether_it_is_open(office):
    office.post(URL, form(*({"weekday": str(day), "starts_at": "00:00", "ends_at": "00:00"} for day in range(7))))
    assert "open" in office.get("/admin/tickets/businesshours/").content.decode()


def test_agent_reads_and_changes_nothing(agent):
    client = Client()
    client.force_login(agent)
    assert client.get("/admin/tickets/businesshours/").status_code == 200
    assert client.post(URL, form(WORKDAY)).status_code == 403


def test_api_gives_hours_with_their_state(office, administrator):
    office.post(URL, form(WORKDAY))
    row = office.get("/api/v1/business-hours/").json()["results"][0]
    assert (row["name"], row["spans"][0]["starts_at"], row["is_open"] in (True, False)) == ("Office", "09:00:00", True)
