"""Tickets over the API: the promised shape, the verbs, versions."""

import json

import pytest

from tests.factories import make_team, make_ticket
from tickets.models import Message, Ticket

TICKETS = "/api/v1/tickets/"
PROMISED = [
    "id", "number", "subject", "status", "priority", "priority_score", "channel", "customer", "team", "assignee", "topic",
    "tags", "language", "sentiment", "opened_at", "first_response_at", "resolved_at", "closed_at", "version", "reopen_count",
    "next_due_at", "sla", "last_message_at", "preview", "unread_count", "url", "admin_url",
]  # fmt: skip


def post(client, path, data=None, **headers):
    return client.post(path, data=json.dumps(data or {}), content_type="application/json", headers=headers)


def verb(client, ticket, name, data=None, **headers):
    return post(client, f"{TICKETS}{ticket.pk}/{name}/", data, **headers)


def test_ticket_has_exactly_the_promised_fields(client, ticket):
    assert sorted(client.get(f"{TICKETS}{ticket.pk}/").json()) == sorted(PROMISED)
    assert sorted(client.get(TICKETS).json()["results"][0]) == sorted(PROMISED)


def test_list_and_detail_show_the_same_ticket(client, ticket, agent):
    team = make_team("Service", agent)
    Ticket.objects.update(team=team, assignee=agent)
    detail = client.get(f"{TICKETS}{ticket.pk}/").json()
    assert client.get(TICKETS).json()["results"] == [detail]
    assert detail["team"] == {"id": team.pk, "name": "Service"}
    assert detail["assignee"] == {"id": agent.pk, "name": "Ana Agent"}
    assert detail["customer"] == {"id": ticket.customer_id, "name": "Carla Customer"}
    assert detail["channel"]["slug"] == "support"
    assert detail["url"].endswith(f"/api/v1/tickets/{ticket.pk}/")
    assert detail["admin_url"].endswith(f"/admin/tickets/ticket/{ticket.pk}/change/")


def test_resolved_at_is_the_last_time(client, ticket):
    verb(client, ticket, "resolve")
    verb(client, ticket, "reopen")
    first = Ticket.objects.get().first_resolved_at
    shown = verb(client, ticket, "resolve").json()["resolved_at"]
    assert shown == Ticket.objects.get().last_resolved_at.isoformat().replace("+00:00", "Z")
    assert Ticket.objects.get().last_resolved_at > first


@pytest.mark.parametrize(
    ("name", "status"), [("pending", "pending"), ("hold", "on_hold"), ("resolve", "resolved"), ("spam", "closed")]
)
def test_verb_answers_the_ticket_in_its_new_status(client, ticket, name, status):
    response = verb(client, ticket, name)
    assert response.status_code == 200
    assert response.json()["status"] == status == Ticket.objects.get().status


def test_reopen_brings_a_resolved_ticket_back(client, ticket):
    verb(client, ticket, "resolve")
    answer = verb(client, ticket, "reopen").json()
    assert (answer["status"], answer["reopen_count"]) == ("open", 1)


def test_resolving_twice_is_a_conflict(client, ticket):
    verb(client, ticket, "resolve")
    response = verb(client, ticket, "resolve")
    assert response.status_code == 409
    assert response.json()["code"] == "already_resolved"


def test_spam_can_be_taken_back(client, ticket):
    verb(client, ticket, "spam")
    assert verb(client, ticket, "spam", {"undo": True}).json()["status"] == "open"


def test_reply_is_queued_and_shown_with_its_recipient(client, ticket):
    response = verb(client, ticket, "reply", {"text": "It leaves today.", "status_after": "resolved"})
    assert response.status_code == 201
    body = response.json()
    assert body["delivery_state"] == "queued"
    assert body["recipients"][0]["address"] == "carla@customer.example"
    assert Ticket.objects.get().status == "resolved"


def test_empty_reply_is_unprocessable(client, ticket):
    response = verb(client, ticket, "reply", {"text": "  "})
    assert response.status_code == 422
    assert response.json()["fields"].keys() == {"text"}


def test_reply_that_overlooks_a_message_is_a_conflict(client, ticket):
    response = verb(client, ticket, "reply", {"text": "Hello", "seen_sequence": 0})
    assert response.status_code == 409
    assert response.json()["code"] == "unseen_messages"
    assert not Message.objects.filter(direction="out").exists()


def test_note_stays_inside(client, ticket):
    body = verb(client, ticket, "note", {"text": "Ask the warehouse."}).json()
    assert (body["kind"], body["delivery_state"], body["recipients"]) == ("note", None, [])


def test_assign_sets_person_and_team_and_takes_them_away(client, ticket, agent):
    team = make_team("Service", agent)
    answer = verb(client, ticket, "assign", {"assignee": agent.pk, "team": team.pk}).json()
    assert (answer["assignee"]["id"], answer["team"]["id"]) == (agent.pk, team.pk)
    answer = verb(client, ticket, "assign", {"assignee": None}).json()
    assert (answer["assignee"], answer["team"]["id"]) == (None, team.pk)


def test_assign_to_nobody_in_particular_is_refused(client, ticket):
    assert verb(client, ticket, "assign").status_code == 400


def test_tags_are_added_and_removed_by_name(client, ticket):
    assert verb(client, ticket, "tags", {"add": ["late", "dhl"]}).json()["tags"] == ["dhl", "late"]
    assert verb(client, ticket, "tags", {"remove": ["dhl"]}).json()["tags"] == ["late"]


def test_subject_and_priority_are_changed_together(client, ticket):
    response = client.patch(
        f"{TICKETS}{ticket.pk}/", {"subject": "Parcel", "priority": "high"}, content_type="application/json"
    )
    assert (response.json()["subject"], response.json()["priority"]) == ("Parcel", "high")


def test_merge_answers_the_ticket_that_stays_and_can_be_taken_back(client, ticket, email_channel):
    other = make_ticket(email_channel, subject="Same thing")
    assert verb(client, ticket, "merge", {"into": other.pk}).json()["id"] == other.pk
    undone = verb(client, ticket, "merge", {"undo": True})
    assert (undone.json()["id"], undone.json()["status"]) == (ticket.pk, "new")


@pytest.mark.parametrize("body", [{}, {"undo": False}, {"undo": True, "into": 1}])
def test_merge_wants_one_of_its_two_words(client, ticket, body):
    assert verb(client, ticket, "merge", body).status_code == 400


def test_ticket_is_opened_for_an_address(client, email_channel):
    body = {"channel": email_channel.pk, "address": "New@Customer.example", "subject": "Your order", "text": "Hello."}
    response = post(client, TICKETS, body)
    assert response.status_code == 201
    assert response["Location"] == f"{TICKETS}{response.json()['id']}/"
    assert Message.objects.get().recipients.get().address == "new@customer.example"


def test_version_is_the_etag(client, ticket):
    response = client.get(f"{TICKETS}{ticket.pk}/")
    assert response["ETag"] == f'"{response.json()["version"]}"'
    changed = verb(client, ticket, "pending")
    assert changed["ETag"] != response["ETag"]
    assert changed["ETag"] == client.get(f"{TICKETS}{ticket.pk}/")["ETag"]


def test_known_version_is_not_sent_again(client, ticket):
    etag = client.get(f"{TICKETS}{ticket.pk}/")["ETag"]
    for header in (etag, f"W/{etag}", f'"0", {etag}', "*"):
        response = client.get(f"{TICKETS}{ticket.pk}/", headers={"if-none-match": header})
        assert (response.status_code, response.content) == (304, b"")
    assert client.get(f"{TICKETS}{ticket.pk}/", headers={"if-none-match": '"0"'}).status_code == 200


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("pending", {}),
        ("resolve", {}),
        ("reply", {"text": "x"}),
        ("note", {"text": "x"}),
        ("spam", {}),
        ("tags", {"add": ["x"]}),
        ("assign", {"assignee": None}),
        ("merge", {"undo": True}),
    ],
)
def test_stale_write_is_refused(client, ticket, name, body):
    before = Ticket.objects.values().get()
    response = verb(client, ticket, name, body, **{"if-match": '"0"'})
    assert response.status_code == 412
    assert Ticket.objects.values().get() == before


def test_current_version_may_write(client, ticket):
    etag = client.get(f"{TICKETS}{ticket.pk}/")["ETag"]
    assert verb(client, ticket, "pending", **{"if-match": etag}).status_code == 200
    assert verb(client, ticket, "resolve", **{"if-match": etag}).status_code == 412
    assert verb(client, ticket, "resolve", **{"if-match": "*"}).status_code == 200


def test_stale_change_of_the_subject_is_refused(client, ticket):
    path = f"{TICKETS}{ticket.pk}/"
    refused = client.patch(path, {"subject": "x"}, content_type="application/json", headers={"if-match": '"0"'})
    assert refused.status_code == 412


def test_exact_number_comes_before_words(client, email_channel):
    from channels_app.adapters.base import Address

    first = make_ticket(email_channel, sender=Address(address="a@customer.example"), text="hello")
    newer = make_ticket(email_channel, sender=Address(address="b@customer.example"), text=f"about {first.number}")
    found = client.get(TICKETS, {"search": str(first.number)}).json()["results"]
    assert [row["id"] for row in found] == [first.pk, newer.pk]
