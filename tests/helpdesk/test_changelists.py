"""Every list of the admin costs the same few queries at 10 and at 100 rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from channels_app.adapters.base import Address, ReviewReceived, digest
from channels_app.models import Brand
from helpdesk.accounts.models import User
from helpdesk.accounts.services import create_api_key
from helpdesk.common.clock import now
from helpdesk.core.models import JobRun
from tests.factories import make_channel, make_event
from tickets.models import Customer, CustomerIdentity, Organization, Tag, Team, TeamMembership
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db
MOST_QUERIES = 6 + 2  # and the session and its user


def make_customers(count: int) -> None:
    organization = Organization.objects.get_or_create(name="Acme")[0]
    for number in range(count):
        customer = Customer.objects.create(
            name=f"Customer {number}", sort_name=f"customer {number}", organization=organization
        )
        CustomerIdentity.objects.create(customer=customer, kind="email", address=f"c{customer.pk}@example.org")


def make_teams(count: int) -> None:
    user = User.objects.first()
    for number in range(count):
        TeamMembership.objects.create(team=Team.objects.create(name=f"Team {Team.objects.count()} {number}"), user=user)


def make_users(count: int) -> None:
    for _ in range(count):
        User.objects.create(username=f"user{User.objects.count()}", is_staff=True).groups.set(Group.objects.all())


def make_keys(count: int) -> None:
    for number in range(count):
        create_api_key(user=User.objects.create(username=f"key{User.objects.count()}"), name=f"Key {number}")


def make_events(count: int) -> None:
    channel = make_channel()
    for _ in range(count):
        make_event(channel, state="quarantined", reason="too deep", reason_code="too_deep")


def make_reviews(count: int) -> None:
    channel = make_channel(kind="review_feed", is_public=True)
    for number in range(count):
        author = Address(address=f"a{number}-{channel.pk}", name="Carla", kind="review_author")
        key = digest("review", str(channel.pk), str(number))
        receive(
            channel=channel,
            item=ReviewReceived(
                dedup_key=key, external_id=f"r{number}", author=author, rating=4, text="Fine", sent_at=now()
            ),
        )


def make_channels(count: int) -> None:
    for _ in range(count):
        channel = make_channel(brand=Brand.objects.create(name=f"Brand {Brand.objects.count()}"))
        make_event(channel, state="quarantined")


def make_runs(count: int) -> None:
    for number in range(count):
        JobRun.objects.create(job="send_messages", started_at=now() - timedelta(seconds=number))


def make_log_entries(count: int) -> None:
    kind = ContentType.objects.get_for_model(Team)
    for number in range(count):
        user = User.objects.create(username=f"changer{User.objects.count()}")
        LogEntry.objects.create(
            user=user, content_type=kind, object_id="1", object_repr=f"{number}", action_flag=CHANGE
        )


MAKERS: dict[str, Callable[[int], Any]] = {
    "tickets_customer": make_customers,
    "tickets_organization": lambda count: [Organization.objects.create(name=f"O{n}-{Organization.objects.count()}") for n in range(count)],
    "tickets_team": make_teams,
    "tickets_tag": lambda count: [Tag.objects.create(name=f"T{n}-{Tag.objects.count()}") for n in range(count)],
    "accounts_user": make_users,
    "accounts_apikey": make_keys,
    "auth_group": lambda count: [Group.objects.create(name=f"G{n}-{Group.objects.count()}") for n in range(count)],
    "tickets_review": make_reviews,
    "channels_app_channel": make_channels,
    "channels_app_brand": lambda count: [Brand.objects.create(name=f"B{n}-{Brand.objects.count()}") for n in range(count)],
    "channels_app_inboundevent": make_events,
    "core_jobrun": make_runs,
    "admin_logentry": make_log_entries,
}  # fmt: skip


@pytest.fixture
def everybodys_reader(auditor: Any) -> Any:
    """Not a superuser: his rights must cost no query of their own either."""
    auditor.groups.add(Group.objects.get(name="administrator"))
    return auditor


@pytest.mark.parametrize("name", MAKERS)
def test_list_costs_the_same_at_ten_and_at_a_hundred_rows(client, everybodys_reader, monkeypatch, name):
    monkeypatch.setattr("helpdesk.common.admin.ServiceAdmin.list_per_page", 100)
    client.force_login(everybodys_reader)
    address = reverse(f"admin:{name}_changelist")
    counts = []
    for more in (10, 90):
        MAKERS[name](more)
        ContentType.objects.clear_cache()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.context["cl"].result_count >= min(more, 100)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES, "\n".join(query["sql"][:200] for query in queries)


@pytest.mark.parametrize("name", MAKERS)
def test_list_reads_no_distinct_values_and_counts_within_bounds(client, superuser, name):
    MAKERS[name](10)
    client.force_login(superuser)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(f"admin:{name}_changelist"))
    # All but the query that reads the user with his permissions.
    texts = [query["sql"] for query in queries if "permission_codes" not in query["sql"]]
    assert not [text for text in texts if "SELECT DISTINCT" in text]
    assert not [text for text in texts if "COUNT(*)" in text.upper() and "LIMIT" not in text and "GROUP BY" not in text]


@pytest.mark.parametrize("name", MAKERS)
def test_list_can_be_searched_with_anything(client, superuser, name):
    MAKERS[name](2)
    client.force_login(superuser)
    for term in ("a", "Team", "%%%", "_", "'; DROP TABLE x; --", "\\", "王小明", "x" * 3000, "1" * 40):
        response = client.get(reverse(f"admin:{name}_changelist"), {"q": term})
        assert response.status_code == 200


@pytest.mark.parametrize("name", MAKERS)
def test_page_behind_the_end_shows_the_last_one(client, superuser, name):
    MAKERS[name](2)
    client.force_login(superuser)
    response = client.get(reverse(f"admin:{name}_changelist"), {"p": "100000"})
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) >= 2


def test_empty_list_says_what_will_stand_there(client, superuser):
    client.force_login(superuser)
    page = client.get(reverse("admin:tickets_customer_changelist")).content.decode()
    assert "No customers yet." in page
    assert "appears here by himself" in page


def test_search_without_a_hit_offers_the_way_back(client, superuser):
    make_customers(1)
    client.force_login(superuser)
    page = client.get(reverse("admin:tickets_customer_changelist"), {"q": "nobody like this"}).content.decode()
    assert "Nothing matches." in page


def test_long_list_is_counted_up_to_the_limit_only(client, superuser, monkeypatch):
    monkeypatch.setattr("helpdesk.common.admin.COUNT_LIMIT", 5)
    monkeypatch.setattr("helpdesk.common.admin.estimated_rows", lambda model, using="default": 1_234_567)
    make_customers(7)
    client.force_login(superuser)
    page = client.get(reverse("admin:tickets_customer_changelist")).content.decode()
    assert "about 1,234,567 customers" in page


@pytest.mark.parametrize("extra", [{"select_across": "1"}, {"ticked": 201}])
def test_bulk_action_never_runs_over_more_than_was_ticked(client, superuser, extra):
    channel = make_channel()
    events = [make_event(channel, state="quarantined").pk for _ in range(2)]
    client.force_login(superuser)
    response = client.post(
        reverse("admin:channels_app_inboundevent_changelist"),
        {
            "action": "run_selected_again",
            "select_across": extra.get("select_across", "0"),
            "_selected_action": events + [1] * extra.get("ticked", 0),
        },
        follow=True,
    )
    assert "At most 200 ticked rows" in response.content.decode()
    assert set(channel.inbound_events.values_list("state", flat=True)) == {"quarantined"}
