"""The pages of time limits: the grid, its errors, the order, presets and the preview."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_team, make_ticket
from tickets.models import SLAPolicy, SLARecomputation, Ticket
from tickets.services.actors import Actor
from tickets.services.sla_policies import TargetInput, save_policy
from tickets.services.timers import settle

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/slapolicy/"


@pytest.fixture
def desk(client: Client, administrator: Any) -> Client:
    client.force_login(administrator)
    return client


def make_policy(name: str, *, position: int | None = None, **conditions: Any) -> SLAPolicy:
    return save_policy(
        actor=Actor.system(),
        policy_id=None,
        name=name,
        description="",
        is_active=True,
        conditions=conditions,
        targets=[TargetInput(metric="first_response", seconds=3600)],
        warning_actions=[],
        breach_actions=[],
        position=position,
    )


def typed(**fields: str | list[str]) -> dict[str, Any]:
    values = {"name": "Standard", "description": "", "is_active": "on", "conditions": "{}"}
    return values | {name.replace("__", "-"): value for name, value in fields.items()}


def test_typed_lengths_become_limits(desk: Client) -> None:
    data = typed(
        limit__first_response__any="1 h",
        limit__first_response__urgent="15 min",
        warn__first_response="10 min",
        limit__resolution__any="2 d",
        clock__resolution="business",
        pauses__resolution=["pending"],
    )
    assert desk.post(f"{LIST}add/", data).status_code == 302
    targets = SLAPolicy.objects.get().targets.order_by("metric", "priority")
    assert [(t.metric, t.priority, t.seconds, t.clock, t.warn_before_seconds, t.pauses) for t in targets] == [
        ("first_response", "", 3600, "calendar", 600, []),
        ("first_response", "urgent", 900, "calendar", 600, []),
        ("resolution", "", 172_800, "business", None, ["pending"]),
    ]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (typed(limit__resolution__high="soon"), "limit-resolution-high", "Write it like"),
        (typed(limit__first_response__any="1 h", warn__first_response="2 h"), "warn-first_response", "Warn later"),
        (typed(limit__first_response__any="0"), "limit-first_response-any", "longer than nothing"),
        (typed(), None, "at least one"),
        (typed(name="Taken", limit__first_response__any="1 h"), "name", "already"),
    ],
)
def test_refusal_stands_beside_its_field_and_nothing_is_saved(
    desk: Client, data: dict[str, Any], field: str | None, words: str
) -> None:
    make_policy("Taken")
    response = desk.post(f"{LIST}add/", data)
    assert response.status_code == 200
    form = response.context["adminform"].form
    told = form.errors[field] if field else form.non_field_errors()
    assert words in str(told)
    assert SLAPolicy.objects.count() == 1
    assert all(
        value in response.text for value in data.values() if isinstance(value, str) and value not in ("on", "{}")
    )


def test_stored_policy_comes_back_as_it_was_typed(desk: Client) -> None:
    policy = make_policy("Standard")
    page = desk.get(f"{LIST}{policy.pk}/change/").text
    assert 'name="limit-first_response-any" value="1 h"' in page
    assert "Of the newest" in page or "no tickets yet" in page


def test_order_is_changed_by_one_place(desk: Client) -> None:
    first, second = make_policy("First"), make_policy("Second")
    assert desk.post(reverse("admin:tickets_slapolicy_move", args=[second.pk, "up"])).status_code == 302
    assert list(SLAPolicy.objects.order_by("position")) == [second, first]


def test_preset_is_in_force_with_one_click_and_only_once(desk: Client) -> None:
    url = reverse("admin:tickets_slapolicy_preset", args=["one_hour"])
    desk.post(url)
    desk.post(url)
    policy = SLAPolicy.objects.get()
    assert [(t.metric, t.seconds, t.clock) for t in policy.targets.all()] == [("first_response", 3600, "calendar")]
    assert SLARecomputation.objects.count() == 1


def test_preview_says_when_a_friday_message_is_due(desk: Client) -> None:
    page = desk.get(
        f"{LIST}preview/",
        {"limit-first_response-any": "1 h", "limit-first_response-high": "20 min", "warn-first_response": "5 min"}
        | {"probe_at": "2026-03-06T17:30", "probe_priority": "high", "limit-update-any": "soon"},
    ).text
    assert "First response is due on Friday 6 Mar, 17:50: 20 min, around the clock." in page
    assert "A warning comes on Friday 6 Mar, 17:45." in page
    assert "“soon” cannot be read" in page


def test_preview_counts_what_meets_the_conditions_and_what_another_policy_takes(
    desk: Client, email_channel: Any, api_channel: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_ticket(email_channel)
    Ticket.objects.filter(pk=make_ticket(email_channel).pk).update(priority="high")
    make_ticket(api_channel)
    make_policy("High", all=[{"field": "priority", "test": "is", "value": ["high"]}])
    conditions = f'{{"all": [{{"field": "channel", "test": "is", "value": [{email_channel.pk}]}}]}}'
    with django_assert_max_num_queries(12):
        page = desk.get(f"{LIST}preview/", {"conditions": conditions}).text
    assert "Of the 5 tickets there are, 4 meet these conditions." in page
    assert "1 of them belong to a policy that stands before this one." in page


def test_list_counts_the_open_tickets_that_the_reader_may_see(
    desk: Client, email_channel: Any, lead: Any, django_assert_max_num_queries: Any
) -> None:
    make_policy("Everything")
    for fields in ({}, {"team": make_team("Board", lead, is_private=True)}):
        ticket = make_ticket(email_channel, **fields)
        settle(ticket)
        ticket.save(update_fields=["sla_policy", "next_due_at"])
    with django_assert_max_num_queries(10):
        response = desk.get(LIST)
    assert '<td class="field-open_tickets">1</td>' in response.text
    assert "every ticket" in response.text


def test_deleted_policy_leaves_the_list_and_stays_readable(desk: Client) -> None:
    policy = make_policy("Old")
    assert desk.post(f"{LIST}{policy.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not SLAPolicy.objects.exists()
    assert SLAPolicy.everything.filter(pk=policy.pk).exists()


def test_agents_read_policies_and_change_none(client: Client, agent: Any) -> None:
    policy = make_policy("Standard")
    client.force_login(agent)
    assert "First response: 1 h (around the clock)" in client.get(f"{LIST}{policy.pk}/change/").text
    assert client.post(f"{LIST}{policy.pk}/change/", typed(limit__update__any="1 h")).status_code == 403
    assert client.post(reverse("admin:tickets_slapolicy_move", args=[policy.pk, "up"])).status_code == 403
    assert client.post(reverse("admin:tickets_slapolicy_preset", args=["vip"])).status_code == 403
