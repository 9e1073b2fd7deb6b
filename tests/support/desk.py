"""The product seen from both ends: providers call its webhooks, an agent answers in the workspace."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from channels_app.models import Channel
from channels_app.registry import adapter_for
from tickets.models import Message, Ticket
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events


def call_webhook(channel: Channel, body: bytes, *, content_type: str = "application/json", **headers: str) -> Any:
    """What the product answers to a provider's call with this body, signed like the provider's; the event is then filed."""
    signed = headers or adapter_for(channel).sign(body)
    address = f"/hooks/{channel.kind}/{channel.uuid}/"
    response = Client().post(address, data=body, content_type=content_type, headers=signed)
    process_waiting_events()
    return response


def answer(ticket: Ticket, agent: Any, text: str, *files: tuple[str, bytes, str]) -> list[Message]:
    """The messages of an answer that the agent sends from the workspace, after the sender has had them; oldest first."""
    client = Client()
    client.force_login(agent)
    known = set(ticket.messages.values_list("pk", flat=True))
    data = {"kind": "message", "text": text, "files": [SimpleUploadedFile(*file) for file in files]}
    response = client.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), data)
    assert response.status_code == 204, response.content
    while send_due_messages():
        pass
    return list(ticket.messages.exclude(pk__in=known).order_by("pk"))


def timeline(ticket: Ticket, agent: Any) -> str:
    """The timeline as the agent sees it."""
    client = Client()
    client.force_login(agent)
    return client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
