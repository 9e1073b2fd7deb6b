"""The composer's endpoints."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import last_message, make_ticket, receive_message
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.selectors.bots import bots_at_work
from tickets.services.actors import Actor
from tickets.services.drafts import save_draft
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def test_reply_is_queued_and_announced_not_returned(
    desk: Client, url: Address, agent: Any, email_channel: Any, settings: Any
) -> None:
    settings.HELPDESK_UNDO_SECONDS = 5
    ticket = make_ticket(email_channel)
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="message", text="On its w")
    data = {"kind": "message", "text": "On its way!", "seen": str(ticket.event_sequence), "cc": ["boss@corp.example"]}
    response = desk.post(url("reply", ticket), data, headers=FRAGMENT)
    assert (response.status_code, response.content, response.headers["HX-Trigger"]) == (204, b"", "newmsg")
    message = last_message(ticket)
    assert (message.reply_text, message.delivery_state, message.author_agent) == ("On its way!", "queued", agent)
    assert message.send_after is not None
    assert set(message.recipients.values_list("role", "address")) == {
        ("to", "carla@customer.example"),
        ("cc", "boss@corp.example"),
    }
    assert not Draft.objects.exists()


@pytest.mark.parametrize("then", ["pending", "resolved"])
def test_reply_can_set_the_status_along_the_way(desk: Client, url: Address, email_channel: Any, then: str) -> None:
    ticket = make_ticket(email_channel)
    desk.post(url("reply", ticket), {"kind": "message", "text": "done", "then": then})
    ticket.refresh_from_db()
    assert ticket.status == then


def test_note_is_kept_and_never_sent(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    assert desk.post(url("reply", ticket), {"kind": "note", "text": "ask Ben"}).status_code == 204
    note = last_message(ticket)
    assert (note.kind, note.conversation, note.delivery_state) == ("note", None, "")


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_reply"), ("  \n", "empty_reply"), ("Hi {{customer.first_name}}", "open_placeholder")]
)
def test_reply_that_cannot_be_sent_is_refused_and_the_draft_stays(
    desk: Client, url: Address, agent: Any, email_channel: Any, text: str, code: str
) -> None:
    ticket = make_ticket(email_channel)
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="message", text="kept")
    response = desk.post(url("reply", ticket), {"kind": "message", "text": text}, headers=FRAGMENT)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response.json()["message"]
    assert Draft.objects.get().text == "kept"
    assert Message.objects.filter(ticket=ticket).count() == 1


def test_reply_stops_at_a_message_that_the_agent_has_not_seen(
    desk: Client, url: Address, agent: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    seen = ticket.event_sequence
    token = ticket.active_conversations.get().reply_token
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="message", text="kept")
    receive_message(email_channel, text="Never mind, it came!", thread_tokens=(token,))
    data = {"kind": "message", "text": "We look for it", "seen": str(seen)}
    response = desk.post(url("reply", ticket), data, headers=FRAGMENT)
    assert (response.status_code, response.json()["code"]) == (409, "unseen_messages")
    assert Draft.objects.get().text == "kept"
    news = desk.get(url("messages", ticket), {"after": seen}, headers=FRAGMENT).content.decode()
    assert "Never mind, it came!" in news
    ticket.refresh_from_db()
    data["seen"] = str(ticket.event_sequence)
    assert desk.post(url("reply", ticket), data, headers=FRAGMENT).status_code == 204


def test_files_past_the_limit_are_refused_before_they_are_stored(
    desk: Client, url: Address, email_channel: Any, settings: Any
) -> None:
    settings.HELPDESK_MAX_ATTACHMENT_BYTES = 1024
    ticket = make_ticket(email_channel)
    files = [SimpleUploadedFile("big.bin", b"x" * 1025)]
    response = desk.post(url("reply", ticket), {"kind": "message", "text": "here", "files": files}, headers=FRAGMENT)
    assert (response.status_code, response.json()["code"]) == (413, "attachments_too_large")
    assert not Attachment.objects.exists()
    assert not list(settings.MEDIA_ROOT.glob("**/*")) if settings.MEDIA_ROOT.exists() else True


def test_files_go_with_the_message_under_clean_names(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    files = [
        SimpleUploadedFile("plan\u202egpj.exe", b"MZ"),
        SimpleUploadedFile("b.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20),
    ]
    assert desk.post(url("reply", ticket), {"kind": "message", "text": "", "files": files}).status_code == 204
    stored = list(last_message(ticket).attachments.order_by("id"))
    assert [file.name for file in stored] == ["plangpj.exe", "b.png"]
    assert stored[1].content_type == "image/png"


def test_reply_costs_what_it_is_pinned_to(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel, assignee=agent, status="open")
    data = {"kind": "message", "text": "hello", "seen": str(ticket.event_sequence)}
    bots_at_work()
    with CaptureQueriesContext(connection) as queries:
        assert desk.post(url("reply", ticket), data).status_code == 204
    assert len(queries) <= 15, len(queries)


def test_reply_goes_through_the_chosen_conversation_alone(
    desk: Client, url: Address, email_channel: Any, api_channel: Any
) -> None:
    ticket, other = make_ticket(email_channel), make_ticket(api_channel)
    foreign = other.active_conversations.get()
    response = desk.post(url("reply", ticket), {"kind": "message", "text": "x", "conversation": str(foreign.pk)})
    assert response.status_code == 404
    assert Message.objects.filter(conversation=foreign, direction="out").count() == 0


def test_draft_is_saved_replaced_and_forgotten(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    for text in ("De", "Dear Carla"):
        assert desk.post(url("draft", ticket), {"kind": "message", "text": text}).status_code == 204
    assert Draft.objects.get().text == "Dear Carla"
    desk.post(url("draft", ticket), {"kind": "message", "text": " "})
    assert not Draft.objects.exists()
    assert desk.post(url("draft", ticket), {"kind": "poem", "text": "x"}).status_code == 400


def test_undo_gives_the_text_back(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="too fast", undo_seconds=60)
    response = desk.post(url("undo", ticket, message.pk), headers=FRAGMENT)
    assert (response.status_code, response.json()) == (200, {"text": "too fast"})
    message.refresh_from_db()
    assert message.delivery_state == "cancelled"
    Message.objects.filter(pk=message.pk).update(delivery_state="sent")
    again = desk.post(url("undo", ticket, message.pk), headers=FRAGMENT)
    assert (again.status_code, again.json()["code"]) == (409, "already_sent")


def test_failed_message_is_sent_again_and_unknown_one_is_left(
    desk: Client, url: Address, agent: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="hello")
    assert desk.post(url("again", ticket, message.pk)).status_code == 409
    Message.objects.filter(pk=message.pk).update(delivery_state="failed")
    assert desk.post(url("again", ticket, message.pk)).status_code == 204
    Message.objects.filter(pk=message.pk).update(delivery_state="unknown")
    assert desk.post(url("leave", ticket, message.pk)).status_code == 204
    message.refresh_from_db()
    assert message.delivery_state == "sent"


def test_reading_resets_the_unread_counter(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel, unread_count=4)
    assert desk.post(url("read", ticket)).status_code == 204
    assert Ticket.objects.get(pk=ticket.pk).unread_count == 0
