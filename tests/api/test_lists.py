"""Lists: pages by position, declared parameters only, a fixed number of queries."""

from itertools import chain

import pytest
from django.core import signing

from channels_app.adapters.base import Address
from channels_app.models import InboundEvent
from helpdesk.api import RESOURCES
from helpdesk.common.api.paging import seal_cursor
from helpdesk.common.clock import now
from helpdesk.core.models import JobRun
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Message, Organization, Tag, Ticket

TICKETS = "/api/v1/tickets/"
# Reports are no lists: they answer figures.
LISTS = [name for name in RESOURCES if not name.startswith("reports/")]


def make_rows(channel, count, agent):
    """``count`` tickets of ``count`` customers, with tags, files and all."""
    for number in range(count):
        sender = Address(address=f"c{number}@customer.example", name=f"Customer {number}")
        made = make_ticket(channel, sender=sender, subject=f"Case {number}", assignee_id=agent.pk)
        made.tags.add(Tag.objects.get_or_create(name=f"tag{number % 3}")[0])
        message = made.messages.get()
        message.attachments.create(storage_key=f"k{number}", name="a.txt", content_type="text/plain", size=1)
        make_team(f"Team {number}", agent)
        Organization.objects.create(name=f"Organisation {number}")
        make_channel(slug=f"channel-{number}")
        JobRun.objects.create(job="x", started_at=now())
        InboundEvent.objects.create(
            channel=channel, dedup_key=number.to_bytes(32, "big"), source="cli", received_at=now()
        )


@pytest.fixture
def five(email_channel, agent):
    make_rows(email_channel, 5, agent)


def walk(client, path, key="next"):
    """The ids on all pages that ``key`` leads to."""
    ids = []
    while path:
        page = client.get(path).json()
        ids.append([row["id"] for row in page["results"]])
        path = page[key]
    return ids


@pytest.mark.parametrize("ordering", ["-last_message_at", "last_message_at", "number", "-opened_at"])
def test_pages_hold_every_row_once(client, five, ordering):
    pages = walk(client, f"{TICKETS}?page_size=2&ordering={ordering}")
    assert [len(page) for page in pages] == [2, 2, 1]
    expected = list(
        Ticket.objects.order_by(ordering, "id" if ordering[0] != "-" else "-id").values_list("pk", flat=True)
    )
    assert list(chain(*pages)) == expected


def test_rows_of_the_same_instant_are_neither_skipped_nor_repeated(client, five):
    Ticket.objects.update(last_message_at=now())
    ids = list(chain(*walk(client, f"{TICKETS}?page_size=2")))
    assert len(ids) == len(set(ids)) == 5


def test_previous_leads_back_through_the_same_pages(client, five):
    first = client.get(f"{TICKETS}?page_size=2").json()
    second = client.get(first["next"]).json()
    back = client.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None


def test_new_row_on_top_does_not_move_the_next_page(client, five, email_channel):
    first = client.get(f"{TICKETS}?page_size=2").json()
    expected = client.get(first["next"]).json()["results"]
    make_ticket(email_channel, sender=Address(address="late@customer.example"))
    assert client.get(first["next"]).json()["results"] == expected


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "", "٣", "1e3"])
def test_absurd_page_size_is_refused(client, size):
    response = client.get(TICKETS, {"page_size": size})
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["page_size"]


@pytest.mark.parametrize("size", ["101", "1000000", "9" * 4000])
def test_large_page_size_gives_a_hundred(client, five, size):
    Tag.objects.bulk_create(Tag(name=f"word {number}") for number in range(101))
    assert len(client.get("/api/v1/tags/", {"page_size": size}).json()["results"]) == 100


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "",
        "a:b",
        "%00",
        "🦓",
        "9" * 5000,
        signing.Signer(salt="other").sign_object([["-last_message_at", "-id"], False, ["x", 1]]),
        seal_cursor(["nonsense"]),
        seal_cursor([["-id"], False, [1]]),
    ],
)
def test_cursor_of_somebody_else_is_refused(client, five, cursor):
    assert client.get(TICKETS, {"cursor": cursor}).status_code == 400


def test_tampered_cursor_is_refused(client, five):
    token = client.get(f"{TICKETS}?page_size=2").json()["next"].split("cursor=")[1].split("&")[0]
    assert client.get(f"{TICKETS}?cursor=A{token[1:]}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"offset": "1"},
        {"page": "-1"},
        {"customer__user__email__startswith": "a"},
        {"assignee__password__regex": ".*"},
        {"status__in": "new"},
        {"id__gt": "1"},
        {"_connector": "OR"},
        {"filter": "{}"},
        {"format": "json"},
        {"expand": "customer"},
    ],
)
def test_unknown_parameter_is_refused_by_its_name(client, query):
    response = client.get(TICKETS, query)
    assert response.status_code == 400
    assert response.json()["fields"].keys() == query.keys()


@pytest.mark.parametrize(
    "ordering", ["customer__name", "assignee__password", "-password", "?", "pk", "", "id;--", "a\0"]
)
def test_undeclared_ordering_is_refused(client, ordering):
    assert client.get(TICKETS, {"ordering": ordering}).status_code == 400


@pytest.mark.parametrize("resource", LISTS)
def test_no_lookup_of_the_database_gets_through(client, lead, calling, resource):
    """Every column with every lookup, on every list: 400 unless the resource declares the bare name."""
    viewset = RESOURCES[resource]
    model = viewset.queryset.model
    caller = calling(lead)
    for field in model._meta.get_fields():
        for lookup in ("exact", "regex", "startswith", "in", "isnull", "gt", "contains"):
            response = caller.get(f"/api/v1/{resource}/", {f"{field.name}__{lookup}": "1"})
            assert response.status_code == 400, (field.name, lookup)


def test_parameter_given_twice_is_refused(client):
    assert client.get(f"{TICKETS}?status=new&status=open").status_code == 400


def test_parameters_of_a_detail_are_refused(client, ticket):
    assert client.get(f"{TICKETS}{ticket.pk}/?expand=messages").status_code == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "new,open"}, 5),
        ({"status": "resolved"}, 0),
        ({"is_open": "true"}, 5),
        ({"is_unassigned": "true"}, 0),
        ({"tag": "tag0"}, 2),
        ({"channel_kind": "email"}, 5),
        ({"is_waiting": "true"}, 5),
        ({"is_merged": "true"}, 0),
        ({"is_spam": "false"}, 5),
        ({"is_snoozed": "true"}, 0),
        ({"opened_after": "2100-01-01T00:00:00Z"}, 0),
        ({"assignee": str(2**63 - 1)}, 0),
    ],
)
def test_filters_narrow_the_list(client, five, query, count):
    assert len(client.get(TICKETS, query).json()["results"]) == count


@pytest.mark.parametrize(
    "query",
    [
        {"status": "nope"},
        {"priority": "1"},
        {"channel": "abc"},
        {"channel": "9" * 30},
        {"channel": "-1"},
        {"opened_after": "yesterday"},
        {"opened_after": "99999-01-01T00:00:00Z"},
        {"number": "1.5"},
    ],
)
def test_wrong_filter_value_names_its_parameter(client, query):
    response = client.get(TICKETS, query)
    assert response.status_code == 400
    assert response.json()["fields"].keys() == query.keys()


@pytest.mark.parametrize("resource", LISTS)
def test_list_costs_the_same_queries_at_10_and_100_rows(
    resource, lead, calling, email_channel, django_assert_max_num_queries
):
    caller = calling(lead)
    make_rows(email_channel, 10, lead)
    assert caller.get(f"/api/v1/{resource}/").status_code == 200  # the key notes its use
    counts = []
    for size in (10, 100):
        if size == 100:
            make_rows_further(email_channel, lead)
        with django_assert_max_num_queries(4) as queries:
            assert caller.get(f"/api/v1/{resource}/?page_size={size}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def make_rows_further(channel, agent):
    """Ninety rows more of what a page shows, written as cheaply as the tests allow."""
    ticket = Ticket.objects.order_by("pk").first()
    for number in range(90):
        Ticket.objects.create(
            subject=f"More {number}",
            customer=ticket.customer,
            channel=channel,
            opened_at=now(),
            last_message_at=now(),
            assignee=agent,
        )
    message = Message.objects.order_by("pk").first()
    files = list(message.attachments.values("name", "content_type", "size"))
    for number in range(90):
        message.pk, message.uuid, message.dedup_key = None, f"{number:032x}", None
        message._state.adding = True
        message.save()
        message.attachments.create(storage_key=f"more{number}", **files[0])


def test_search_costs_four_queries(client, five, django_assert_max_num_queries):
    client.get(TICKETS)
    with django_assert_max_num_queries(4):
        assert len(client.get(TICKETS, {"search": "parcel"}).json()["results"]) == 5


def test_ticket_detail_costs_two_queries(client, ticket, django_assert_num_queries):
    client.get(TICKETS)
    with django_assert_num_queries(2):
        assert client.get(f"{TICKETS}{ticket.pk}/").status_code == 200


def test_timeline_order_is_for_one_ticket_or_conversation(client, ticket):
    assert client.get("/api/v1/messages/?ordering=sort_at").status_code == 400
    assert client.get(f"/api/v1/messages/?ordering=sort_at&ticket={ticket.pk}").status_code == 200
