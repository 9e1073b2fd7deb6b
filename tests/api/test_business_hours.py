"""Business hours by the API: written as a whole, once per key, and refused by code and field."""

import pytest

from tickets.models import BusinessHours

pytestmark = pytest.mark.django_db
URL = "/api/v1/business-hours/"
OFFICE = {
    "name": "Office",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "spans": [
        {"weekday": 0, "starts_at": "09:00", "ends_at": "12:00"},
        {"weekday": 0, "starts_at": "13:00", "ends_at": "17:00"},
    ],
    "holidays": [{"on": "2026-12-20", "name": "Advent", "starts_at": "10:00", "ends_at": "14:00"}],
}


@pytest.fixture
def office(administrator, calling):
    return calling(administrator)


def post(client, body, **headers):
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_hours_are_read_as_they_were_written(office):
    created = post(office, OFFICE)
    assert created.status_code == 201
    read = office.get(f"{URL}{created.json()['id']}/").json()
    assert [span["starts_at"] for span in read["spans"]] == ["09:00:00", "13:00:00"]
    assert read["holidays"] == [
        {"on": "2026-12-20", "name": "Advent", "starts_at": "10:00:00", "ends_at": "14:00:00"}
    ]  # fmt: skip
    assert {"is_open", "next_opening", "next_closing"} <= read.keys()


def test_same_key_creates_hours_once(office):
    answers = [post(office, OFFICE, **{"Idempotency-Key": "one"}) for _number in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert BusinessHours.objects.count() == 1


def test_list_that_is_given_replaces_the_stored_one_and_the_rest_stays(office):
    address = f"{URL}{post(office, OFFICE).json()['id']}/"
    body = {"spans": [{"weekday": 6, "starts_at": "22:00", "ends_at": "02:00"}]}
    changed = office.patch(address, body, content_type="application/json").json()
    assert [span["weekday"] for span in changed["spans"]] == [6]
    assert len(changed["holidays"]) == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"time_zone": "Berlin"}, "unknown_time_zone", "time_zone"),
        ({"country": "QQ"}, "unknown_country", "country"),
        ({"region": "ZZ"}, "unknown_region", "region"),
        ({"channels": [999999]}, "unknown_channel", "channels"),
        ({"spans": [*OFFICE["spans"], {"weekday": 0, "starts_at": "11:00", "ends_at": "14:00"}]},
         "overlapping_spans", "spans.2"),
        ({"holidays": [{"on": "2026-12-20", "starts_at": "10:00"}]}, "incomplete_day", "holidays.0"),
        ({"spans": [{"weekday": 7, "starts_at": "09:00", "ends_at": "10:00"}]}, "invalid", "spans.0.weekday"),
        ({"spans": [{"weekday": 0, "starts_at": "25:00", "ends_at": "10:00"}]}, "invalid", "spans.0.starts_at"),
        ({"spans": [{"weekday": 0, "starts_at": "09:00"}]}, "invalid", "spans.0.ends_at"),
        ({"holidays": [{"on": "2026-02-30"}]}, "invalid", "holidays.0.on"),
        ({"zone": "UTC"}, "invalid", "zone"),
    ],
)  # fmt: skip
def test_refusal_names_the_code_and_the_field(office, changes, code, field):
    answer = post(office, OFFICE | changes)
    assert answer.status_code == 400
    assert (answer.json()["code"], field in answer.json()["fields"]) == (code, True)
    assert not BusinessHours.objects.exists()


def test_default_hours_are_in_use_and_stay(office):
    address = f"{URL}{post(office, OFFICE | {'is_default': True}).json()['id']}/"
    refused = office.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "hours_in_use")
    office.patch(address, {"is_default": False}, content_type="application/json")
    assert office.delete(address).status_code == 204
    assert office.get(address).status_code == 404
