"""One case over WhatsApp and e-mail: asked in the chat, answered by mail, photos through a link, one ticket, one set of figures."""

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_app.adapters.base import Address
from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from helpdesk.common.clock import now
from reporting.policies.facts import fold_events
from tests.factories import make_channel, receive_message
from tests.support.smtp_sink import running_smtp_sink
from tests.support.whatsapp_fake import running_whatsapp_fake
from tickets.models import Conversation, CustomerIdentity, Message, Ticket, TicketEvent
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

PAYLOADS = Path(__file__).resolve().parents[1] / "channels_app" / "adapters" / "whatsapp" / "payloads"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    settings.HELPDESK_UNDO_SECONDS = 0
    settings.SITE_URL = "https://desk.example"
    with running_whatsapp_fake() as fake:
        yield fake


@pytest.fixture
def chat(client, graph):
    """Deliver a text as WhatsApp does."""
    channel = make_channel(kind="whatsapp", slug="wa", name="WhatsApp", config=graph.config, secrets=graph.secrets)

    def write(text, message_id):
        value = json.loads((PAYLOADS / "example.json").read_text())
        message = value["entry"][0]["changes"][0]["value"]["messages"][0]
        message |= {"id": message_id, "timestamp": str(int(now().timestamp())), "text": {"body": text}}
        body = json.dumps(value).encode()
        signed = WhatsAppAdapter(channel.as_config()).sign(body)
        headers = {f"HTTP_{name.upper().replace('-', '_')}": given for name, given in signed.items()}
        path = f"/hooks/whatsapp/{channel.uuid}/"
        assert client.post(path, body, content_type="application/json", **headers).status_code == 200
        process_waiting_events()

    return write


def test_customer_goes_from_the_chat_to_mail_and_never_repeats_himself(client, graph, chat, agent):
    with running_smtp_sink() as sink:
        mail = make_channel(kind="email", slug="support", config=sink.config() | {"address": "support@desk.example"})
        chat("My lamp is broken", "wamid.A")
        ticket = Ticket.objects.get()
        CustomerIdentity.objects.create(customer=ticket.customer, kind="email", address="sheena@customer.example")
        base = f"/admin/tickets/ticket/{ticket.pk}"
        client.force_login(agent)

        assert "sheena@customer.example" in client.get(f"{base}/more/").content.decode()
        assert client.post(f"{base}/do/answer-by/", {"channel": mail.pk}).status_code == 204
        thread = Conversation.objects.get(channel=mail)
        words = {"kind": "message", "text": "The receipt is attached.", "conversation": thread.pk}
        assert client.post(f"{base}/reply/", words).status_code == 204
        assert client.post(f"{base}/do/ask/", {"kind": "photo"}).status_code == 200
        send_due_messages()
        [letter] = sink.messages
        assert letter["To"].endswith("sheena@customer.example>") or letter["To"] == "sheena@customer.example"
        asked = graph.sent[-1]["text"]["body"]
        assert asked.startswith("Could you please send us a photo?")
        ticket.refresh_from_db()
        assert (ticket.status, ticket.missing_count) == ("pending", 1)
        assert "photo missing" in client.get(f"{base}/change/").content.decode()

        receive_message(
            mail, sender=Address(address="sheena@customer.example"), thread_tokens=[thread.reply_token], text="Got it"
        )
        link = re.search(r"https://desk\.example(/upload/\S+)", asked)[1]
        photo = SimpleUploadedFile("lamp.png", PNG, "image/png")
        assert client.post(link, {"files": [photo], "form": "a" * 32}).status_code == 302
        chat("Did the photo arrive?", "wamid.B")

    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.missing_count, ticket.status) == (1, 0, "open")
    through = Message.objects.filter(ticket=ticket, direction="in").order_by("pk")
    assert [message.channel.kind for message in through] == ["whatsapp", "email", "whatsapp", "whatsapp"]
    facts = fold_events(list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence")))
    assert (facts.customer_message_count, facts.agent_reply_count, facts.contact_count) == (4, 2, 1)
