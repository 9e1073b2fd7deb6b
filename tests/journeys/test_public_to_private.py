"""A public comment is answered in public, goes on in private, and ends with a public line: one ticket, done in the workspace."""

import json
from pathlib import Path

import pytest

from channels_app.adapters.messenger.adapter import MessengerAdapter
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.messenger_fake import PAGE_ID, PERSON, running_messenger_fake
from tickets.models import Conversation, Message, Ticket, TicketEvent
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

PAYLOADS = Path(__file__).resolve().parents[1] / "channels_app" / "adapters" / "messenger" / "payloads"

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    settings.HELPDESK_UNDO_SECONDS = 0
    with running_messenger_fake() as fake:
        yield fake


@pytest.fixture
def deliver(client, graph):
    channel = make_channel(kind="messenger", slug="page", name="Our page", config=graph.config, secrets=graph.secrets)

    def post(delivery):
        body = json.dumps(delivery).encode()
        signature = MessengerAdapter(channel.as_config()).sign(body)["x-hub-signature-256"]
        answer = client.post(
            f"/hooks/messenger/{channel.uuid}/",
            body,
            content_type="application/json",
            HTTP_X_HUB_SIGNATURE_256=signature,
        )
        assert answer.status_code == 200
        process_waiting_events()

    return post


def comment(text):
    payload = json.loads((PAYLOADS / "comment_added.json").read_text())
    payload["entry"][0]["changes"][0]["value"] |= {"message": text, "created_time": int(now().timestamp())}
    return payload


def private(text, message_id):
    moment = int(now().timestamp() * 1000)
    inner = {
        "sender": {"id": PERSON}, "recipient": {"id": PAGE_ID}, "timestamp": moment, "message": {"mid": message_id, "text": text},
    }  # fmt: skip
    return {"object": "page", "entry": [{"id": PAGE_ID, "time": moment, "messaging": [inner]}]}


def test_comment_with_an_order_number_is_moved_to_private_solved_there_and_closed_in_public(
    client, graph, deliver, agent
):
    deliver(comment("Where is my order AC-2093111? Call me: +44 20 7946 0958"))
    ticket = Ticket.objects.get()
    base = f"/admin/tickets/ticket/{ticket.pk}"
    client.force_login(agent)

    page = client.get(f"{base}/change/").content.decode()
    assert "Everybody can read this: a phone number, an order number." in page
    menu = client.get(f"{base}/more/").content.decode()
    assert "So that nobody else reads your details, we have sent you a private message." in menu
    refused = client.post(f"{base}/reply/", {"kind": "message", "text": "Your order AC-2093111 is lost"})
    assert (refused.status_code, refused.json()["code"]) == (422, "would_be_public")

    moved = client.post(
        f"{base}/do/to-private/", {"text": "Please see your inbox.", "private_text": "We look for AC-2093111."}
    )
    assert moved.status_code == 204
    send_due_messages()
    assert [one["message"] for one in graph.comments] == ["Please see your inbox."]
    assert graph.sent[0]["recipient"] == {"comment_id": "5006001_7008001"}
    assert graph.sent[0]["message"]["text"] == "We look for AC-2093111."
    assert "A last line in public?" not in client.get(f"{base}/closing/").content.decode()

    deliver(private("Thank you, I wait", "m_private"))
    chat = Message.objects.get(external_id="m_private")
    assert (chat.ticket_id, chat.visibility, chat.conversation.redirected_from.visibility) == (
        ticket.pk,
        "private",
        "public",
    )
    answered = client.post(
        f"{base}/reply/",
        {"kind": "message", "text": "Found it, it leaves today.", "conversation": chat.conversation_id},
    )
    assert answered.status_code == 204
    send_due_messages()
    assert graph.sent[1]["message"]["text"] == "Found it, it leaves today."

    assert "A last line in public?" in client.get(f"{base}/closing/").content.decode()
    assert client.post(f"{base}/do/closing-line/", {"text": "Solved in private. Thank you!"}).status_code == 204
    send_due_messages()
    assert [one["message"] for one in graph.comments] == ["Please see your inbox.", "Solved in private. Thank you!"]
    assert client.get(f"{base}/closing/").content.decode().strip() == ""
    assert Ticket.objects.count() == 1
    assert set(Conversation.objects.values_list("visibility", "active_ticket")) == {
        ("public", ticket.pk),
        ("private", ticket.pk),
    }
    kinds = set(TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True))
    assert {"ticket.redirected", "ticket.closing_line"} <= kinds
