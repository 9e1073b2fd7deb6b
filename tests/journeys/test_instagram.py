"""Instagram end to end over a local Graph API: in, answered, read; stories, comments, mentions, unsending."""

import json
from pathlib import Path

import pytest

from channels_app.adapters.instagram.adapter import InstagramAdapter
from channels_app.models import InboundEvent
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.messenger_fake import ACCOUNT_ID, error, running_messenger_fake
from tickets.models import Conversation, CustomerIdentity, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events
from tickets.services.replies import reply_to_ticket

PAYLOADS = Path(__file__).resolve().parents[1] / "channels_app" / "adapters" / "instagram" / "payloads"
PERSON = "1254459154682919"

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    settings.HELPDESK_UNDO_SECONDS = 0
    with running_messenger_fake(ACCOUNT_ID) as fake:
        fake.people[PERSON] = {"name": "Carla Cruz", "username": "carla.cruz"}
        yield fake


@pytest.fixture
def channel(graph):
    return make_channel(kind="instagram", slug="insta", name="Instagram", config=graph.config, secrets=graph.secrets)


@pytest.fixture
def deliver(client, channel):
    """Post a delivery as Meta does, signed, and let it be processed."""

    def post(delivery):
        body = json.dumps(delivery, ensure_ascii=False).encode()
        signature = InstagramAdapter(channel.as_config()).sign(body)["x-hub-signature-256"]
        url = f"/hooks/instagram/{channel.uuid}/"
        answer = client.post(url, body, content_type="application/json", HTTP_X_HUB_SIGNATURE_256=signature)
        assert answer.status_code == 200
        process_waiting_events()

    return post


def event(**content):
    """One event of a person, as it is delivered now."""
    at = int(now().timestamp() * 1000)
    inner = {"sender": {"id": PERSON}, "recipient": {"id": ACCOUNT_ID}, "timestamp": at, **content}
    return {"object": "instagram", "entry": [{"id": ACCOUNT_ID, "time": at, "messaging": [inner]}]}


def payload(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def test_message_is_answered_in_the_workspace_and_read(client, channel, graph, deliver, agent):
    deliver(event(message={"mid": "ig_in", "text": "Do you ship to Lisbon?"}))
    ticket = Ticket.objects.get()
    assert ticket.customer.name == "Carla Cruz"
    client.force_login(agent)
    sent = client.post(f"/admin/tickets/ticket/{ticket.pk}/reply/", {"kind": "message", "text": "Yes, in two days."})
    assert sent.status_code == 204
    send_due_messages()
    message = Message.objects.get(direction="out")
    assert (message.delivery_state, graph.sent[0]["recipient"]) == ("sent", {"id": PERSON})
    deliver(event(read={"mid": message.external_id}))
    message.refresh_from_db()
    assert message.delivery_state == "read"


def test_answer_that_is_too_long_in_bytes_is_refused_before_sending(client, channel, graph, deliver, agent):
    deliver(event(message={"mid": "ig_in", "text": "?"}))
    client.force_login(agent)
    url = f"/admin/tickets/ticket/{Ticket.objects.get().pk}/reply/"
    assert client.post(url, {"kind": "message", "text": "é" * 501}).status_code == 422
    assert not Message.objects.filter(direction="out").exists()


def test_echo_without_an_app_is_ours_or_from_elsewhere(channel, graph, deliver, agent):
    deliver(event(message={"mid": "ig_in", "text": "Hello"}))
    reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="Good morning")
    send_due_messages()
    echo = payload("echo")
    content = echo["entry"][0]["messaging"][0]["message"]
    content |= {"mid": graph.sent[0]["mid"], "text": "Good morning"}
    deliver(echo)
    assert Message.objects.filter(direction="out").count() == 1
    content |= {"mid": "ig_phone", "text": "Written on the phone"}
    deliver(echo)
    assert Message.objects.filter(direction="out").latest("id").purpose == "other_app"
    assert Ticket.objects.count() == 1


def test_story_is_kept_before_it_ends_and_an_unsent_message_is_marked(channel, graph, deliver):
    url = graph.add_file("story.jpg", b"\xff\xd8\xff\xe0story", "image/jpeg")
    story = {"story": {"id": "17988888888888888", "url": url}}
    deliver(event(message={"mid": "ig_story", "text": "This one?", "reply_to": story}))
    graph.files.clear()
    message = Message.objects.get()
    assert message.attachments.get().size == len(b"\xff\xd8\xff\xe0story")
    assert message.details["story"]["kind"] == "reply"
    deliver(event(message={"mid": "ig_story", "is_deleted": True}))
    message.refresh_from_db()
    assert message.deleted_at is not None
    assert Ticket.objects.count() == 1


def test_comment_is_answered_in_public_and_our_answer_opens_nothing(channel, graph, deliver, agent):
    deliver(payload("comment"))
    reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="49 €", is_public=True)
    send_due_messages()
    assert [(c["under"], c["edge"], c["message"]) for c in graph.comments] == [("17865799348089039", "replies", "49 €")]
    deliver(payload("comment_of_ours"))
    assert Ticket.objects.count() == 1
    assert Conversation.objects.get().visibility == "public"


def test_mention_is_fetched_filed_and_answered_where_it_stands(channel, graph, deliver, agent):
    graph.mentions["17887498072083521"] = {
        "text": "@acme is this yours?",
        "username": "carla.cruz",
        "media": {"id": "17887498072083520", "permalink": "https://www.instagram.com/p/1/"},
    }
    deliver(payload("mention_in_comment"))
    assert Message.objects.get().text == "@acme is this yours?"
    assert (CustomerIdentity.objects.get().kind, Ticket.objects.get().customer.name) == (
        "instagram_username",
        "carla.cruz",
    )
    reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="It is!", is_public=True)
    send_due_messages()
    assert (graph.comments[0]["edge"], graph.comments[0]["comment_id"]) == ("mentions", "17887498072083521")


def test_mention_that_cannot_be_read_now_waits_and_is_not_lost(channel, graph, deliver):
    graph.next_replies = [error(4, "limit")]
    deliver(payload("mention_in_comment"))
    assert not Message.objects.exists()
    event_row = InboundEvent.objects.get()
    assert event_row.state == "received"
    graph.mentions["17887498072083521"] = {"text": "Hello @acme", "username": "carla.cruz", "media": {}}
    InboundEvent.objects.update(lease_until=None)
    process_waiting_events()
    assert Message.objects.get().text == "Hello @acme"


def test_mention_that_may_never_be_read_is_kept_as_such(channel, graph, deliver):
    deliver(payload("mention_in_comment"))
    assert "not_fetched" in Message.objects.get().flags
