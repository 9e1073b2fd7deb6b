"""What the caller may not see is not there: not by id, in lists, in searches, through others, or by trying to write."""

import json

import pytest

from helpdesk.api import RESOURCES
from tests.factories import make_ticket
from tickets.models import Attachment, Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.merging import merge_tickets

TICKETS = "/api/v1/tickets/"


def post(client, path, data=None):
    return client.post(path, data=json.dumps(data or {}), content_type="application/json")


def ids(client, path, **query):
    return [row["id"] for row in client.get(path, query).json()["results"]]


@pytest.fixture
def hidden(hidden_ticket):
    """Everything that hangs on the hidden ticket: resource -> id."""
    message = hidden_ticket.messages.get()
    file = message.attachments.create(storage_key="k", name="plan.pdf", content_type="application/pdf", size=1)
    return {
        "tickets": hidden_ticket.pk,
        "messages": message.pk,
        "attachments": file.pk,
        "conversations": message.conversation_id,
        "customers": hidden_ticket.customer_id,
        "identities": message.author_identity_id,
        "ticket-events": hidden_ticket.events.first().pk,
        "teams": hidden_ticket.team_id,
    }


@pytest.mark.parametrize(
    "resource",
    ["tickets", "messages", "attachments", "conversations", "customers", "identities", "ticket-events", "teams"],
)
def test_hidden_object_is_missing_in_detail_and_list(client, calling, lead, hidden, resource):
    path = f"/api/v1/{resource}/"
    assert client.get(f"{path}{hidden[resource]}/").status_code == 404
    assert hidden[resource] not in ids(client, path)
    assert calling(lead).get(f"{path}{hidden[resource]}/").json()["id"] == hidden[resource]
    assert client.get(f"{path}{hidden[resource]}/").content == client.get(f"{path}999999999/").content


@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("tickets", {"search": "zebrafish"}),
        ("tickets", {"search": "secret-customer"}),
        ("tickets", {"search": "Hidden Henry"}),
        ("messages", {"search": "zebrafish"}),
        ("customers", {"search": "Hidden"}),
        ("customers", {"address": "secret-customer"}),
        ("identities", {"address": "secret-customer"}),
    ],
)
def test_hidden_ticket_is_not_found_by_searching(client, calling, lead, hidden, resource, query):
    path = f"/api/v1/{resource}/"
    assert ids(client, path, **query) == []
    assert len(ids(calling(lead), path, **query)) == 1


def test_hidden_ticket_is_not_found_by_its_number_or_team(client, hidden_ticket):
    assert ids(client, TICKETS, search=str(hidden_ticket.number)) == []
    assert ids(client, TICKETS, number=hidden_ticket.number) == []
    assert ids(client, TICKETS, team=hidden_ticket.team_id) == []
    assert ids(client, "/api/v1/messages/", ticket=hidden_ticket.pk) == []
    assert ids(client, "/api/v1/ticket-events/", ticket=hidden_ticket.pk) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("reply", {"text": "x"}),
        ("note", {"text": "x"}),
        ("assign", {"assignee": None}),
        ("pending", {}),
        ("hold", {}),
        ("resolve", {}),
        ("reopen", {}),
        ("spam", {}),
        ("merge", {"undo": True}),
        ("tags", {"add": ["x"]}),
    ],
)
def test_verb_on_a_hidden_ticket_is_missing_and_changes_nothing(client, hidden_ticket, name, body):
    before = Ticket.objects.values().get(), Message.objects.count()
    response = post(client, f"{TICKETS}{hidden_ticket.pk}/{name}/", body)
    assert response.status_code == 404
    assert (Ticket.objects.values().get(), Message.objects.count()) == before


def test_hidden_ticket_cannot_be_changed(client, hidden_ticket):
    path = f"{TICKETS}{hidden_ticket.pk}/"
    assert client.patch(path, {"subject": "x"}, content_type="application/json").status_code == 404


def test_hidden_file_cannot_be_downloaded(client, hidden):
    assert client.get(f"/api/v1/attachments/{hidden['attachments']}/download/").status_code == 404


def test_ticket_cannot_be_merged_into_a_hidden_one(client, ticket, hidden_ticket):
    missing = post(client, f"{TICKETS}{ticket.pk}/merge/", {"into": 999999999})
    response = post(client, f"{TICKETS}{ticket.pk}/merge/", {"into": hidden_ticket.pk})
    assert response.status_code == 404
    assert response.json() == missing.json()


def test_merge_into_a_hidden_ticket_cannot_be_undone_by_an_outsider(client, ticket, hidden_ticket, lead):
    merge_tickets(ticket_id=ticket.pk, into_ticket_id=hidden_ticket.pk, actor=Actor.agent(lead))
    assert post(client, f"{TICKETS}{ticket.pk}/merge/", {"undo": True}).status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).merged_into_id == hidden_ticket.pk


def test_ticket_cannot_be_given_to_a_hidden_team(client, ticket, hidden_ticket):
    missing = post(client, f"{TICKETS}{ticket.pk}/assign/", {"team": 999999999})
    response = post(client, f"{TICKETS}{ticket.pk}/assign/", {"team": hidden_ticket.team_id})
    assert (response.status_code, response.json()) == (404, missing.json())


def test_ticket_cannot_be_opened_for_a_hidden_customer(client, email_channel, hidden_ticket):
    body = {"channel": email_channel.pk, "customer": hidden_ticket.customer_id, "subject": "s", "text": "t"}
    assert post(client, TICKETS, body).status_code == 404


def test_reply_cannot_name_a_conversation_of_another_ticket(client, ticket, hidden_ticket):
    other = hidden_ticket.messages.get().conversation_id
    assert post(client, f"{TICKETS}{ticket.pk}/reply/", {"text": "x", "conversation": other}).status_code == 404


def test_conversation_hides_the_ticket_that_runs_on_it(client, ticket, hidden_ticket):
    conversation = Conversation.objects.get(pk=ticket.messages.get().conversation_id)
    Conversation.objects.filter(pk=conversation.pk).update(active_ticket=hidden_ticket)
    assert client.get(f"/api/v1/conversations/{conversation.pk}/").json()["active_ticket"] is None


def test_auditor_sees_everything_and_changes_nothing(calling, auditor, hidden_ticket):
    caller = calling(auditor)
    assert ids(caller, TICKETS) == [hidden_ticket.pk]
    assert post(caller, f"{TICKETS}{hidden_ticket.pk}/resolve/").status_code == 403


def test_marketing_sees_public_posts_only(calling, marketing, ticket, email_channel, api_channel):
    api_channel.is_public = True
    api_channel.save()
    public = make_ticket(api_channel)
    caller = calling(marketing)
    assert ids(caller, TICKETS) == [public.pk]
    assert ids(caller, "/api/v1/messages/") == list(public.messages.values_list("pk", flat=True))
    assert caller.get("/api/v1/customers/").status_code == 403


def test_marketing_does_not_learn_which_private_team_has_a_post(calling, marketing, hidden_ticket, api_channel):
    api_channel.is_public = True
    api_channel.save()
    assert calling(marketing).get(f"{TICKETS}{hidden_ticket.pk}/").json()["team"] is None


SECRETS = (
    "reply_token",
    "encrypted_secrets",
    "secrets",
    "password",
    "config",
    "body",
    "headers",
    "digest",
    "storage_key",
)


@pytest.mark.parametrize("resource", [name for name in RESOURCES if not name.startswith("reports/")])
def test_no_resource_gives_out_secrets(calling, lead, hidden, resource):
    for row in calling(lead).get(f"/api/v1/{resource}/").json()["results"]:
        assert not set(SECRETS) & row.keys()


def test_channel_secrets_are_nowhere_in_an_answer(calling, administrator, email_channel):
    email_channel.config = {"address": "a@desk.example", "imap_password": "canary-config"}
    email_channel.store_secrets({"password": "canary-secret"})
    email_channel.save()
    caller = calling(administrator)
    for path in ("/api/v1/channels/", f"/api/v1/channels/{email_channel.pk}/"):
        text = caller.get(path).content.decode()
        assert "canary" not in text
        assert email_channel.encrypted_secrets not in text


WRITES = [
    ("patch", "tickets", "{ticket}/", Ticket),
    ("post", "tickets", "{ticket}/reply/", Message),
    ("post", "tickets", "{ticket}/assign/", Ticket),
    ("post", "tickets", "{ticket}/tags/", Ticket),
    ("patch", "customers", "{customer}/", None),
    ("patch", "channels", "{channel}/", None),
]


@pytest.mark.parametrize(("method", "resource", "path", "extra"), WRITES)
def test_undeclared_fields_are_refused_and_change_nothing(
    calling, administrator, ticket, method, resource, path, extra
):
    """Every column of the model in one body, one at a time: 400 by name, and the row stays as it was."""
    caller = calling(administrator)
    model = RESOURCES[resource].queryset.model
    where = path.format(ticket=ticket.pk, customer=ticket.customer_id, channel=ticket.channel_id)
    declared = {
        "tickets": {"subject", "priority", "assignee", "team", "tags"},
        "customers": {
            "name", "language", "time_zone", "preferred_channel", "organization", "attributes", "external_id", "note",
            "is_vip", "is_blocked", "do_not_survey_until",
        },
        "channels": {"name", "is_active", "coverage", "position"},
    }[resource]  # fmt: skip
    columns = [field for field in model._meta.concrete_fields if field.name not in declared]
    if extra is Message:
        columns += [field for field in Message._meta.concrete_fields if field.name not in ("text", "conversation")]
    before = list(model.objects.values()), Message.objects.count()
    for field in columns:
        for name in {field.name, field.attname}:
            response = getattr(caller, method)(
                f"/api/v1/{resource}/{where}", json.dumps({name: 1}), content_type="application/json"
            )
            assert (response.status_code, list(response.json()["fields"])) == (400, [name])
    assert (list(model.objects.values()), Message.objects.count()) == before


def test_attachments_of_others_are_not_listed_by_filter(client, hidden):
    assert Attachment.objects.exists()
    assert ids(client, "/api/v1/attachments/", message=hidden["messages"]) == []
