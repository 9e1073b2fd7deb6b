"""Messenger end to end over a local Graph API: in, answered in the workspace, delivered, read; comments; other apps."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from channels_app.adapters.base import Choice
from channels_app.adapters.messenger.adapter import MessengerAdapter
from channels_app.models import InboundEvent
from channels_app.services.trying import act_as_customer, create_trial_channel, report_as_provider
from helpdesk.common.clock import now
from helpdesk.common.errors import Unprocessable
from tests.factories import make_channel
from tests.support.messenger_fake import APP_ID, PAGE_ID, PERSON, VERIFY_TOKEN, error, running_messenger_fake
from tickets.models import Attachment, Conversation, CustomerIdentity, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events
from tickets.services.redirects import move_to_private
from tickets.services.replies import reply_to_ticket

PAYLOADS = Path(__file__).resolve().parents[1] / "channels_app" / "adapters" / "messenger" / "payloads"

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    settings.HELPDESK_UNDO_SECONDS = 0
    with running_messenger_fake() as fake:
        yield fake


@pytest.fixture
def channel(graph):
    return make_channel(kind="messenger", slug="page", name="Messenger", config=graph.config, secrets=graph.secrets)


@pytest.fixture
def deliver(client, channel):
    """Post a delivery as Meta does, signed, and let it be processed."""

    def post(delivery):
        body = json.dumps(delivery, ensure_ascii=False).encode()
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


def milliseconds(moment=None):
    return int((moment or now()).timestamp() * 1000)


def event(key="messaging", **content):
    """One event of a person, as it is delivered now."""
    inner = {"sender": {"id": PERSON}, "recipient": {"id": PAGE_ID}, "timestamp": milliseconds(), **content}
    return {"object": "page", "entry": [{"id": PAGE_ID, "time": milliseconds(), key: [inner]}]}


def text(words, mid, key="messaging"):
    return event(key, message={"mid": mid, "text": words})


def payload(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def test_door_answers_the_challenge_and_refuses_what_is_not_signed(client, channel):
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    assert client.get(f"/hooks/messenger/{channel.uuid}/", query).content == b"1158201444"
    forged = client.post(
        f"/hooks/messenger/{channel.uuid}/",
        (PAYLOADS / "example.json").read_bytes(),
        content_type="application/json",
        HTTP_X_HUB_SIGNATURE_256="sha256=" + "0" * 64,
    )
    assert forged.status_code == 401
    assert not InboundEvent.objects.exists()


def test_message_is_answered_in_the_workspace_delivered_and_read(client, channel, graph, deliver, agent):
    picture = graph.add_file("lamp.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20, "image/png")
    attachment = {"type": "image", "payload": {"url": picture}}
    deliver(event(message={"mid": "m_in", "text": "It is broken", "attachments": [attachment]}))
    ticket = Ticket.objects.get()
    assert ticket.customer.name == "Carla Cruz"
    received = Message.objects.get(direction="in")
    assert (received.text, received.attachments.get().content_type) == ("It is broken", "image/png")
    client.force_login(agent)
    sent = client.post(
        f"/admin/tickets/ticket/{ticket.pk}/reply/", {"kind": "message", "text": "We send you a new one."}
    )
    assert sent.status_code == 204
    send_due_messages()
    message = Message.objects.get(direction="out")
    assert (message.delivery_state, message.external_id) == ("sent", graph.sent[0]["mid"])
    later = milliseconds(now() + timedelta(seconds=5))
    deliver(event(delivery={"mids": [message.external_id], "watermark": later}))
    message.refresh_from_db()
    assert message.delivery_state == "delivered"
    deliver(event(read={"watermark": later}))
    deliver(event(delivery={"watermark": later}))
    message.refresh_from_db()
    assert message.delivery_state == "read"


@pytest.mark.parametrize("report", ["delivery", "read"])
def test_report_that_overtakes_the_answer_to_our_call_is_not_lost(report, channel, graph, deliver, agent):
    deliver(text("Hello", "m_1"))
    reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="Good morning")
    send_due_messages()
    message = Message.objects.get(direction="out")
    as_recorded = {"delivery_state": "sent", "external_id": message.external_id}
    digest, rows = message.external_digest, Message.objects.filter(pk=message.pk)
    rows.update(delivery_state="sending", external_id="", external_digest=None)
    later = milliseconds(now() + timedelta(seconds=1))
    reports = {"delivery": {"mids": [message.external_id], "watermark": later}, "read": {"watermark": later}}
    deliver(event(**{report: reports[report]}))
    rows.update(external_digest=digest, **as_recorded)
    InboundEvent.objects.update(lease_until=None)
    process_waiting_events()
    message.refresh_from_db()
    assert message.delivery_state == {"delivery": "delivered", "read": "read"}[report]


def test_every_delivery_three_times_makes_one_message(deliver, channel):
    for _ in range(3):
        deliver(text("Hello", "m_1"))
        deliver(text("Are you there?", "m_2"))
    assert list(Message.objects.order_by("sort_at", "id").values_list("text", flat=True)) == ["Hello", "Are you there?"]
    assert Ticket.objects.count() == 1


def test_our_own_echo_is_no_message_and_one_of_another_app_no_ticket(client, channel, graph, deliver, agent):
    foreign = payload("echo_of_another_app")
    deliver(foreign)
    assert not Ticket.objects.exists()
    deliver(text("Hello", "m_1"))
    ticket = Ticket.objects.get()
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Good morning")
    send_due_messages()
    own = payload("echo_by_metadata")
    own["entry"][0]["messaging"][0]["message"] |= {"mid": graph.sent[0]["mid"], "text": "Good morning"}
    deliver(own)
    assert Message.objects.filter(direction="out").count() == 1
    foreign["entry"][0]["messaging"][0]["message"]["mid"] = "m_elsewhere"
    deliver(foreign)
    shown = Message.objects.filter(direction="out").latest("id")
    assert (shown.text, shown.purpose) == ("Written in the page's inbox", "other_app")
    assert Ticket.objects.count() == 1
    client.force_login(agent)
    page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    assert "Sent from another app" in page


def test_person_whom_another_app_answers_waits_for_us_when_we_are_handed_the_thread(client, channel, deliver, agent):
    deliver(text("To the bot", "m_1", key="standby"))
    ticket = Ticket.objects.get()
    assert ticket.waiting_since is None
    echo = payload("echo_of_another_app")
    echo["entry"][0]["messaging"][0] |= {"timestamp": milliseconds()}
    deliver(echo)
    deliver(event(take_thread_control={"new_owner_app_id": "1", "previous_owner_app_id": "2", "metadata": ""}))
    ticket.refresh_from_db()
    assert ticket.waiting_since is None
    passed = event(pass_thread_control={"new_owner_app_id": APP_ID, "previous_owner_app_id": "2", "metadata": ""})
    deliver(passed)
    ticket.refresh_from_db()
    assert ticket.waiting_since is not None
    passed["entry"][0]["time"] += 1
    deliver(passed)
    assert TicketEvent.objects.filter(kind="ticket.handed_over").count() == 1
    client.force_login(agent)
    page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    assert "Another app has handed this conversation over to us" in page
    deliver(text("To a person, please", "m_2"))
    assert Ticket.objects.count() == 1


def test_hand_over_of_somebody_whom_we_do_not_know_or_have_answered_starts_no_clock(channel, graph, deliver, agent):
    passed = event(pass_thread_control={"new_owner_app_id": APP_ID, "previous_owner_app_id": "2", "metadata": ""})
    deliver(passed)
    assert not Ticket.objects.exists()
    deliver(text("Hello", "m_1"))
    ticket = Ticket.objects.get()
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Good morning")
    passed["entry"][0]["time"] += 1
    deliver(passed)
    ticket.refresh_from_db()
    assert ticket.waiting_since is None


def test_comment_is_answered_in_public(channel, graph, deliver, agent):
    graph.posts[f"{PAGE_ID}_5006001"] = {"message": "New lamps!", "permalink_url": "https://www.facebook.com/acme/1"}
    deliver(payload("comment_added"))
    ticket = Ticket.objects.get()
    conversation = Conversation.objects.get()
    assert conversation.visibility == "public"
    assert Message.objects.get().details["post"]["text"] == "New lamps!"
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes, ten of them.", is_public=True)
    send_due_messages()
    assert [(c["under"], c["message"]) for c in graph.comments] == [("5006001_7008001", "Yes, ten of them.")]
    assert graph.sent == []
    deliver(payload("comment_of_the_page"))
    deliver(payload("comment_edited"))
    deliver(payload("comment_removed"))
    received = Message.objects.get(direction="in")
    assert received.text == "Is the blue one still in stock?"
    assert received.deleted_at is not None
    assert Ticket.objects.count() == 1


def test_public_answer_with_buttons_is_refused_before_sending(channel, deliver, agent):
    deliver(payload("comment_added"))
    with pytest.raises(Unprocessable) as refused:
        reply_to_ticket(
            ticket_id=Ticket.objects.get().pk,
            actor=Actor.agent(agent),
            text="Which one?",
            is_public=True,
            choices=[Choice(payload="BLUE", title="The blue one")],
        )
    assert refused.value.fields == {"choices": "not supported"}
    assert not Message.objects.filter(direction="out").exists()


def test_comment_goes_on_in_private_where_the_person_answers(channel, graph, deliver, agent):
    comment = payload("comment_without_author")
    comment["entry"][0]["changes"][0]["value"]["created_time"] = milliseconds() // 1000
    deliver(comment)
    ticket = Ticket.objects.get()
    move_to_private(
        ticket_id=ticket.pk, actor=Actor.agent(agent), text="We have written to you.", private_text="Which lamp is it?"
    )
    send_due_messages()
    assert [c["message"] for c in graph.comments] == ["We have written to you."]
    assert graph.sent[0]["recipient"] == {"comment_id": "5006001_7008001"}
    deliver(text("The blue one", "m_private"))
    answered = Message.objects.get(external_id="m_private")
    assert answered.ticket_id == ticket.pk
    assert answered.conversation.redirected_from.visibility == "public"
    reply_to_ticket(
        ticket_id=ticket.pk, actor=Actor.agent(agent), text="Thanks", conversation_id=answered.conversation_id
    )
    send_due_messages()
    assert graph.sent[1]["recipient"] == {"id": PERSON}


def test_person_who_comments_and_writes_is_one_customer_in_two_conversations(channel, deliver):
    deliver(payload("comment_added"))
    deliver(text("Hello", "m_1"))
    assert CustomerIdentity.objects.get().address == PERSON
    assert set(Conversation.objects.values_list("visibility", flat=True)) == {"public", "private"}


def test_provider_that_is_busy_gets_the_message_later_and_a_blocked_one_is_told(channel, graph, deliver, agent):
    deliver(text("Hello", "m_1"))
    reply_to_ticket(ticket_id=Ticket.objects.get().pk, actor=Actor.agent(agent), text="Good morning")
    graph.next_replies = [error(613, "limit", **{"retry-after": "120"})]
    send_due_messages()
    message = Message.objects.get(direction="out")
    assert message.delivery_state == "queued"
    assert message.next_try_at > now() + timedelta(seconds=100)
    Message.objects.filter(pk=message.pk).update(next_try_at=None)
    channel.__class__.objects.update(sending_paused_until=None)
    graph.next_replies = [error(551, "This person isn't available right now.", subcode=1545041)]
    send_due_messages()
    message.refresh_from_db()
    assert (message.delivery_state, message.error_code) == ("failed", "person_unavailable:551/1545041")
    assert graph.sent == []


def test_name_that_cannot_be_read_holds_up_no_message(channel, graph, deliver):
    graph.next_replies = [error(100, "Unsupported get request", subcode=33)]
    deliver(text("Hello", "m_1"))
    assert Message.objects.get().text == "Hello"


@pytest.mark.parametrize("kind", ["messenger", "instagram"])
def test_made_up_customers_are_answered_and_read_the_answer_without_a_call_to_anybody(kind, graph, agent):
    channel = create_trial_channel(kind=kind)
    channel.config |= {"base_url": graph.http.url}
    channel.save()
    for act in ("text", "image", "comment"):
        act_as_customer(channel_id=channel.pk, act=act, person=3, name="Nora Novak", text="Is it in stock?")
    process_waiting_events()
    assert Message.objects.filter(direction="in").count() == 3
    assert Attachment.objects.get().size > 0
    private = Ticket.objects.get(active_conversations__visibility="private")
    assert private.customer.name == "Nora Novak"
    reply_to_ticket(ticket_id=private.pk, actor=Actor.agent(agent), text="Yes.")
    send_due_messages()
    message = Message.objects.get(direction="out")
    report_as_provider(channel=channel, external_id=message.external_id)
    process_waiting_events()
    message.refresh_from_db()
    assert message.delivery_state == "read"
    assert graph.http.calls == []


def test_reaction_is_shown_and_taken_back_whatever_comes_first(channel, deliver):
    deliver(text("Hello", "m_1"))
    react = {"mid": "m_1", "action": "react", "emoji": "❤️", "reaction": "love"}
    first, second = event(reaction=react), event(reaction={"mid": "m_1", "action": "unreact"})
    second["entry"][0]["messaging"][0]["timestamp"] += 1000
    deliver(first)
    assert [one["text"] for one in Message.objects.get().reactions] == ["❤️"]
    deliver(second)
    first["entry"][0]["time"] += 1
    deliver(first)
    assert [one["text"] for one in Message.objects.get().reactions] == [""]
