"""``/api/v1/sla-policies/`` and ``/sla-timers/``, and what a ticket says of its clocks."""

from datetime import datetime, timedelta

import pytest

from helpdesk.common.clock import now
from tests.factories import make_ticket
from tickets.models import SLAPolicy, SLATimer, Ticket
from tickets.services.timers import settle

pytestmark = pytest.mark.django_db
POLICIES, TIMERS, TICKETS = "/api/v1/sla-policies/", "/api/v1/sla-timers/", "/api/v1/tickets/"
HOUR = {"metric": "first_response", "seconds": 3600}


@pytest.fixture
def admin(calling, administrator):
    return calling(administrator)


def post(client, body, **headers):
    return client.post(POLICIES, body, content_type="application/json", headers=headers)


def under_policy(ticket, *, late_by=None):
    """The ticket with its clocks, waiting so long that its first response is missed by ``late_by``."""
    if late_by is not None:
        ticket.waiting_since = now() - timedelta(hours=1) - late_by
    settle(ticket)
    ticket.save(update_fields=["sla_policy", "next_due_at", "waiting_since"])
    return ticket


def test_policy_is_written_read_changed_and_deleted(admin):
    body = {"name": "Standard", "targets": [HOUR | {"priority": "urgent", "seconds": 900}, HOUR]}
    made = post(admin, body, **{"Idempotency-Key": "k1"})
    assert made.status_code == 201
    assert post(admin, body, **{"Idempotency-Key": "k1"}).json() == made.json()
    url = f"{POLICIES}{made.json()['id']}/"
    assert [(t["priority"], t["seconds"]) for t in admin.get(url).json()["targets"]] == [("", 3600), ("urgent", 900)]
    changed = admin.patch(url, {"is_active": False}, content_type="application/json").json()
    assert (changed["is_active"], changed["name"], len(changed["targets"])) == (False, "Standard", 2)
    assert admin.delete(url).status_code == 204
    assert admin.get(url).status_code == 404


def test_policy_is_put_at_its_place(admin):
    for name in ("First", "Second"):
        post(admin, {"name": name, "targets": [HOUR]})
    second = SLAPolicy.objects.get(name="Second")
    admin.patch(f"{POLICIES}{second.pk}/", {"position": 0}, content_type="application/json")
    assert [row["name"] for row in admin.get(POLICIES).json()["results"]] == ["Second", "First"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"targets": []}, "no_targets", "targets"),
        ({"targets": [HOUR, HOUR]}, "double_target", "targets.1.metric"),
        ({"targets": [HOUR | {"warn_before_seconds": 3600}]}, "warning_too_early", "targets.0.warn_before_seconds"),
        ({"targets": [HOUR | {"pauses": ["open"]}]}, "invalid", "targets.0.pauses.0"),
        ({"conditions": {"all": [{"field": "mood", "test": "is", "value": 1}]}}, "invalid_conditions", None),
        ({"colour": "red"}, "invalid", "colour"),
    ],
)
def test_refusal_names_its_code_and_field(admin, change, code, field):
    answer = post(admin, {"name": "Standard", "targets": [HOUR]} | change)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert field is None or field in answer.json()["fields"]
    assert not SLAPolicy.objects.exists()


def test_clocks_are_found_by_ticket_state_metric_and_due_time(admin, client, email_channel):
    post(admin, {"name": "Standard", "targets": [HOUR, {"metric": "resolution", "seconds": 86_400}]})
    early, late = under_policy(make_ticket(email_channel)), make_ticket(email_channel)
    under_policy(late, late_by=timedelta(minutes=5))
    assert len(client.get(TIMERS).json()["results"]) == 4
    (one,) = client.get(TIMERS, {"ticket": early.pk, "metric": "first_response", "state": "running"}).json()["results"]
    timer = SLATimer.objects.get(pk=one["id"])
    assert datetime.fromisoformat(one["due_at"]) == timer.due_at
    assert one["history"][0]["what"] == "started"
    due = client.get(TIMERS, {"due_before": now().isoformat(), "ordering": "due_at"}).json()["results"]
    assert [row["ticket"] for row in due] == [late.pk]


def test_clocks_of_a_private_ticket_are_hidden(admin, client, hidden_ticket):
    post(admin, {"name": "Standard", "targets": [HOUR]})
    under_policy(hidden_ticket)
    assert client.get(TIMERS).json()["results"] == []
    assert client.get(f"{TIMERS}{SLATimer.objects.get().pk}/").status_code == 404


def test_ticket_tells_its_clocks_and_late_ones_are_found(admin, client, email_channel):
    post(admin, {"name": "Standard", "targets": [HOUR]})
    late = under_policy(make_ticket(email_channel), late_by=timedelta(minutes=5))
    soon = under_policy(make_ticket(email_channel))
    row = client.get(f"{TICKETS}{soon.pk}/").json()
    (clock,) = row["sla"]
    assert (clock["metric"], clock["state"], clock["due_at"]) == ("first_response", "running", row["next_due_at"])
    found = {
        name: [row["id"] for row in client.get(TICKETS, query).json()["results"]]
        for name, query in {
            "late": {"is_late": "true"},
            "in time": {"is_late": "false"},
            "due": {"due_before": now().isoformat()},
            "next": {"ordering": "next_due_at"},
        }.items()
    }
    assert found == {"late": [late.pk], "in time": [soon.pk], "due": [late.pk], "next": [late.pk, soon.pk]}


@pytest.mark.parametrize("count", [2, 12])
def test_clocks_cost_a_page_of_tickets_one_query(admin, client, email_channel, count, django_assert_num_queries):
    make_ticket(email_channel)
    client.get(TICKETS)
    with django_assert_num_queries(2):
        client.get(TICKETS)
    post(admin, {"name": "Standard", "targets": [HOUR]})
    for ticket in [*Ticket.objects.all(), *(make_ticket(email_channel) for _ in range(count - 1))]:
        under_policy(ticket)
    with django_assert_num_queries(3):
        rows = client.get(TICKETS).json()["results"]
    assert [len(row["sla"]) for row in rows] == [1] * count
