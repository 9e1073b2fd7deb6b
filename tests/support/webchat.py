"""A visitor of the web chat, as his browser speaks to the visitor API."""

import json
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from channels_app.models import Channel
from tests.factories import make_channel
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.replies import reply_to_ticket

SITE = "https://shop.example"
SECRET = "s" * 64


def make_webchat(*, secrets: list[str] | None = None, **config: Any) -> Channel:
    """A chat that one site may carry."""
    channel: Channel = make_channel(
        kind="webchat",
        config={"origins": [SITE], **config},
        secrets={"identity_secrets": [SECRET] if secrets is None else secrets},
    )
    return channel


class Browser:
    """One browser on one site. ``token`` is what the widget keeps."""

    def __init__(self, channel: Channel, *, origin: str | None = SITE, address: str = "203.0.113.7") -> None:
        self.channel = channel
        self.origin = origin
        self.token = ""
        self._client = Client(REMOTE_ADDR=address)

    def call(self, method: str, path: str, body: Any = None, **extra: Any) -> HttpResponse:
        """Any request; the answer as it comes."""
        headers = {"Origin": self.origin} if self.origin is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        headers |= extra.pop("headers", {})
        if method in ("POST", "DELETE", "OPTIONS") and "data" not in extra:
            extra |= {"data": json.dumps(body or {}), "content_type": "application/json"}
        request = getattr(self._client, method.lower())
        answer: HttpResponse = request(f"/widget/{self.channel.uuid}/{path}", headers=headers, **extra)
        return answer

    def start(self, **introduction: Any) -> HttpResponse:
        """Begin; keeps the token."""
        answer = self.call("POST", "visitors", introduction)
        if answer.status_code == 201:
            self.token = answer.json()["token"]
        return answer

    def write(self, text: str, *, client_id: str = "", **more: Any) -> HttpResponse:
        """Send a message, beginning the chat where there is none."""
        if not self.token:
            assert self.start().status_code == 201
        return self.call("POST", "messages", {"id": client_id or str(uuid.uuid4()), "text": text, **more})

    def upload(self, name: str, content: bytes, *, text: str = "") -> HttpResponse:
        """Send a file, beginning the chat where there is none."""
        if not self.token:
            assert self.start().status_code == 201
        message = json.dumps({"id": str(uuid.uuid4()), "text": text})
        return self.call("POST", "messages", data={"message": message, "files": SimpleUploadedFile(name, content)})

    def messages(self, query: str = "") -> Any:
        """The JSON of the conversation."""
        answer = self.call("GET", f"messages{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages()["messages"]]


def answer_chat(agent: Any, text: str, *, ticket: Ticket | None = None) -> Any:
    """What an agent writes, sent as the worker sends it; returns the message."""
    chosen = ticket or Ticket.objects.order_by("-pk")[0]
    message = reply_to_ticket(ticket_id=chosen.pk, actor=Actor.agent(agent), text=text)
    send_due_messages()
    message.refresh_from_db()
    return message
