"""Whatever is written, wherever: no private word leaves where everybody reads it."""

import itertools
from contextlib import suppress
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from channels_app.adapters.base import AdapterError, Address, Receipt
from channels_app.adapters.messenger.adapter import MessengerAdapter
from helpdesk.accounts.services import create_api_key
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.core.models import SiteSettings
from surveys.models import Survey
from surveys.services.planning import plan_surveys
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel, receive_message
from tickets.models import Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.asking import ask_for
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import reopen_ticket, resolve_ticket
from tickets.services.moving import undo_move
from tickets.services.redirects import move_to_private, write_closing_line
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.splitting import split_ticket
from tickets.services.system_messages import queue_system_message
from tickets.services.unsending import send_again, undo_send

pytestmark = pytest.mark.django_db
PRIVATE, PUBLIC = "for-her-eyes-only", "for-everybody"
STEPS = [
    "reply", "reply_public", "api", "api_public", "admin", "admin_public", "note", "system", "ask", "redirect", "closing", "survey",
    "acknowledge", "undo", "again", "split", "back", "comment", "private_word", "send", "fail",
]  # fmt: skip
serial = itertools.count(1)


class World:
    """A ticket with a public comment and a private chat, every composer, and what left."""

    def __init__(self, page, agent, client, api):
        self.page, self.client, self.api, self.actor = page, client, api, Actor.agent(agent)
        self.person = str(next(serial))
        self.fails = False
        self.left = []
        self.ticket = Ticket.objects.get(pk=self.write(is_public=True).ticket_id)

    def write(self, *, is_public):
        number = next(serial)
        return receive_message(
            self.page,
            sender=Address(address=self.person),
            is_public=is_public,
            thread_id=f"post:{self.person}" if is_public else "",
            external_id=f"in-{number}",
            text="Where is it?",
            subject="",
        )

    def conversation(self, number):
        through = Conversation.objects.filter(messages__ticket=self.ticket).distinct().order_by("pk")
        return through[number % through.count()].pk

    def message(self, number):
        ours = Message.objects.filter(ticket=self.ticket, direction="out").exclude(kind="note").order_by("pk")
        return ours[number % ours.count()].pk if ours else 0

    def send(self, adapter, message):
        if self.fails:
            raise AdapterError("refused", "No.", permanent=True)
        self.left.append(message)
        return Receipt(external_id=f"out-{next(serial)}")

    def play(self, step, number):
        ticket, actor, through = self.ticket.pk, self.actor, self.conversation(number)
        is_public = step.endswith("_public")
        words = PUBLIC if is_public else PRIVATE
        match step:
            case "reply" | "reply_public":
                reply_to_ticket(
                    ticket_id=ticket, actor=actor, text=words, conversation_id=through, is_public=is_public,
                    undo_seconds=number % 2 * 60,
                )  # fmt: skip
            case "api" | "api_public":
                body = {"text": words, "conversation": through}
                self.api.post(
                    f"/api/v1/tickets/{ticket}/reply/", body | ({"is_public": True} if is_public else {}), format="json"
                )
            case "admin" | "admin_public":
                body = {"kind": "message", "text": words, "conversation": through}
                self.client.post(
                    reverse("admin:tickets_ticket_reply", args=[ticket]),
                    body | ({"visibility": "public"} if is_public else {}),
                )
            case "note":
                add_note(ticket_id=ticket, actor=actor, text=PRIVATE)
            case "system" | "acknowledge":
                queue_system_message(
                    conversation_id=through, ticket_id=ticket, purpose="notice", subject=PRIVATE, text=PRIVATE
                )
            case "ask":
                ask_for(ticket_id=ticket, kind="photo", text=PRIVATE, actor=actor, conversation_id=through)
            case "redirect":
                move_to_private(ticket_id=ticket, actor=actor, text=PUBLIC, private_text=PRIVATE)
            case "closing":
                write_closing_line(ticket_id=ticket, actor=actor, text=PUBLIC)
            case "survey":
                resolve_ticket(ticket_id=ticket, actor=actor)
                plan_surveys()
                send_due_surveys()
                reopen_ticket(ticket_id=ticket, actor=actor)
            case "undo":
                undo_send(message_id=self.message(number), actor=actor)
            case "again":
                send_again(message_id=self.message(number), actor=actor)
            case "split":
                split_ticket(ticket_id=ticket, message_ids=[self.message(number)], actor=actor)
            case "back":
                given = self.ticket.events.filter(kind="messages.given").order_by("-sequence")[0]
                undo_move(ticket_id=ticket, sequence=given.sequence, actor=actor)
            case "comment" | "private_word":
                self.write(is_public=step == "comment")
            case "send" | "fail":
                self.fails = step == "fail"
                self.deliver()

    def deliver(self):
        Message.objects.filter(delivery_state="queued").update(send_after=None, next_try_at=None)
        send_due_messages()


@pytest.fixture
def page(db):
    return make_channel(kind="messenger", slug="page")


@pytest.fixture
def api(agent):
    _key, text = create_api_key(user=agent, name="leak", scopes=("write", "read"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), min_size=3, max_size=14))
def test_no_private_word_leaves_in_public(page, agent, client, api, monkeypatch, steps):
    client.force_login(agent)
    SiteSettings.objects.update(acknowledge_new_tickets=True)
    ensure_preset_survey()
    Survey.objects.update(delay=timedelta(0))
    world = World(page, agent, client, api)
    monkeypatch.setattr(MessengerAdapter, "send", lambda adapter, message: world.send(adapter, message))
    world.write(is_public=False)
    for step, number in steps:
        with suppress(HelpdeskError, IndexError):
            world.play(step, number)
    world.fails = False
    world.deliver()
    public_threads = set(Conversation.objects.filter(visibility="public").values_list("external_thread_id", flat=True))
    for message in world.left:
        assert message.is_public == (message.thread_id in public_threads)
        if message.is_public:
            assert PRIVATE not in f"{message.subject}{message.text}{message.html}"
            assert not message.attachments
    for kept in Message.objects.filter(conversation__visibility="public", direction="out"):
        assert kept.visibility == "public"
        assert kept.author == "agent"


def test_private_message_that_stands_on_a_public_target_by_a_fault_is_stopped_before_it_leaves(
    page, agent, monkeypatch
):
    left = []
    monkeypatch.setattr(MessengerAdapter, "send", lambda self, message: left.append(message) or Receipt())
    world = World(page, agent, None, None)
    reply = reply_to_ticket(ticket_id=world.ticket.pk, actor=world.actor, text=PUBLIC, is_public=True, undo_seconds=60)
    Message.objects.filter(pk=reply.pk).update(visibility="private", text=PRIVATE, send_after=now())
    send_due_messages()
    reply.refresh_from_db()
    assert (left, reply.delivery_state, reply.error_code) == ([], "failed", "would_be_public")
