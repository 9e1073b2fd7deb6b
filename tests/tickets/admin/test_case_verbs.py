"""The workspace's verbs on the case, and what its menus say."""

import json
from typing import Any

import pytest
from django.test import Client

from channels_app.adapters.base import Address
from tests.factories import make_channel, make_team, make_ticket, receive_message
from tickets.models import Conversation, InformationRequest, Ticket
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.splitting import split_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(email_channel: Any) -> Ticket:
    """A ticket with two messages of the customer."""
    ticket = make_ticket(email_channel)
    token = ticket.messages.get().conversation.reply_token
    receive_message(email_channel, thread_tokens=[token], text="And my bill is wrong")
    return ticket


def test_split_says_what_was_done_and_where_to_undo_it(desk: Client, url: Any, pair: Ticket) -> None:
    second = pair.messages.latest("pk").pk
    answer = desk.post(url("do", pair, "split"), {"message": second, "subject": "The bill"})
    told = json.loads(answer["HX-Trigger"])
    made = Ticket.objects.latest("pk")
    assert (made.subject, told["done"]["text"]) == ("The bill", f"A message is on #{made.number} now.")
    changes = desk.get(url("messages", pair) + "?after=0").content.decode()
    assert f'data-gone="m-{second}"' in changes
    assert f"take-back/{told['done']['undo'].split('/')[1]}/" in changes
    assert desk.post(f"/admin/tickets/ticket/{pair.pk}/{told['done']['undo']}").status_code == 204
    assert pair.messages.count() == 2
    assert "data-gone" not in desk.get(url("messages", pair) + "?after=0").content.decode()


def test_message_is_moved_to_the_ticket_with_the_number(
    desk: Client, url: Any, pair: Ticket, email_channel: Any
) -> None:
    other = make_ticket(email_channel, text="Another")
    second = pair.messages.latest("pk").pk
    assert desk.post(url("do", pair, "move"), {"message": second, "number": f"#{other.number}"}).status_code == 200
    assert other.messages.count() == 2
    refused = desk.post(url("do", pair, "move"), {"message": second, "number": "999999"})
    assert refused.json()["code"] == "unknown_ticket"


def test_split_into_a_ticket_out_of_sight_is_not_taken_back_by_strangers(
    desk: Client, url: Any, pair: Ticket, lead: Any
) -> None:
    actor = Actor.agent(lead)
    made = split_ticket(ticket_id=pair.pk, message_ids=[pair.messages.latest("pk").pk], actor=actor)
    board = make_team("Board", lead, is_private=True)
    assign_ticket(ticket_id=made.pk, actor=actor, team_id=board.pk)
    sequence = pair.events.get(kind="messages.given").sequence
    assert desk.post(url("take_back", pair, sequence)).status_code == 404
    assert made.messages.count() == 1


def test_conversation_of_a_ticket_out_of_sight_is_neither_offered_nor_linked(
    desk: Client, url: Any, pair: Ticket, lead: Any, email_channel: Any
) -> None:
    hidden = make_ticket(email_channel, text="hidden", team=make_team("Board", lead, is_private=True))
    conversation = hidden.messages.get().conversation
    assert f'value="{conversation.pk}"' not in desk.get(url("more", pair)).content.decode()
    assert desk.post(url("do", pair, "link"), {"conversation": conversation.pk}).status_code == 404
    conversation.refresh_from_db()
    assert conversation.active_ticket == hidden


def test_what_is_missing_stands_beside_the_status_and_can_be_cancelled(desk: Client, url: Any, pair: Ticket) -> None:
    bar = desk.post(url("do", pair, "ask"), {"kind": "photo"}).content.decode()
    assert "photo missing" in bar
    request = InformationRequest.objects.get()
    assert "Asked for" in desk.get(url("panel", pair)).content.decode()
    assert "photo missing" not in desk.post(url("do", pair, "cancel-ask"), {"request": request.pk}).content.decode()
    request.refresh_from_db()
    assert request.state == "cancelled"


def test_request_of_another_ticket_is_not_cancelled_from_here(
    desk: Client, url: Any, pair: Ticket, email_channel: Any
) -> None:
    other = make_ticket(email_channel)
    desk.post(url("do", other, "ask"), {"kind": "photo"})
    refused = desk.post(url("do", pair, "cancel-ask"), {"request": InformationRequest.objects.get().pk})
    assert refused.status_code == 404
    assert InformationRequest.objects.get().state == "asked"


def test_composer_begins_in_private_after_the_move(desk: Client, url: Any) -> None:
    page = make_channel(kind="messenger", slug="page")
    filed = receive_message(page, sender=Address(address="4001"), is_public=True, thread_id="post", external_id="c1")
    ticket = Ticket.objects.get(pk=filed.ticket_id)
    desk.post(url("do", ticket, "to-private"), {"text": "See your inbox"})
    private = Conversation.objects.get(visibility="private")
    shown = desk.get(url("change", ticket)).content.decode()
    public = Conversation.objects.get(visibility="public")
    assert shown.index(f'<option value="{private.pk}"') < shown.index(f'<option value="{public.pk}"')


def test_personal_data_is_pointed_out_in_public_alone(desk: Client, url: Any, email_channel: Any) -> None:
    words = "My card is 4111 1111 1111 1111"
    private = make_ticket(email_channel, text=words)
    page = make_channel(kind="messenger", slug="page")
    public = receive_message(page, sender=Address(address="4001"), is_public=True, thread_id="p", text=words)
    assert "Everybody can read this:" not in desk.get(url("change", private)).content.decode()
    shown = desk.get(url("change", Ticket.objects.get(pk=public.ticket_id))).content.decode()
    assert "Everybody can read this: a card number." in shown
    assert words in shown
