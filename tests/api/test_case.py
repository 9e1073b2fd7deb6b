"""Splitting and moving to private through the API."""

import pytest
from rest_framework.test import APIClient

from channels_app.adapters.base import Address, Receipt
from channels_app.adapters.email.adapter import EmailAdapter
from helpdesk.accounts.services import create_api_key
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(agent, monkeypatch):
    monkeypatch.setattr(EmailAdapter, "send", lambda self, message: Receipt())
    _key, text = create_api_key(user=agent, name="case", scopes=("write", "read"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_messages_become_a_ticket_and_come_back(api, email_channel):
    ticket = make_ticket(email_channel)
    token = Conversation.objects.get().reply_token
    second = receive_message(email_channel, thread_tokens=[token], text="And the bill").message_id
    made = api.post(f"/api/v1/tickets/{ticket.pk}/split/", {"messages": [second], "subject": "Bill"}, format="json")
    assert (made.status_code, made.data["subject"], made.data["preview"]) == (201, "Bill", "And the bill")
    assert made["Location"].endswith(f"/{made.data['id']}/")
    back = api.post(f"/api/v1/tickets/{made.data['id']}/split/", {"undo": True}, format="json")
    assert (back.status_code, back.data["id"], ticket.messages.count()) == (200, ticket.pk, 2)
    refused = api.post(f"/api/v1/tickets/{ticket.pk}/split/", {"undo": True}, format="json")
    assert (refused.status_code, refused.data["code"]) == (409, "not_split")


def test_message_of_another_ticket_is_refused_like_one_that_nobody_has(api, email_channel):
    ticket, other = make_ticket(email_channel), make_ticket(email_channel)
    answers = [
        api.post(f"/api/v1/tickets/{ticket.pk}/split/", {"messages": [pk]}, format="json")
        for pk in (other.messages.get().pk, 999_999_999)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].data == answers[1].data


def test_public_comment_is_moved_to_private(api):
    page = make_channel(kind="messenger", slug="page")
    filed = receive_message(page, sender=Address(address="4001"), is_public=True, thread_id="post", external_id="c1")
    answer = api.post(f"/api/v1/tickets/{filed.ticket_id}/move-to-private/", {"text": "See your inbox"}, format="json")
    assert answer.status_code == 200
    sent = Ticket.objects.get().messages.filter(direction="out").order_by("pk")
    assert list(sent.values_list("visibility", "reply_text")) == [
        ("public", "See your inbox"),
        ("private", "Hello, we are writing about your public message. How can we help you?"),
    ]
