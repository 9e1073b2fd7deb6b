"""Viber's bot API on the loopback: every answer is 200 and says its status in the body, as Viber's are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"


@dataclass
class ViberFake:
    """``subscribers`` may be written to. ``statuses`` are answered one by one instead of what a send would bring."""

    http: HttpFake
    subscribers: set[str] = field(default_factory=lambda: {"01234567890A="})
    sent: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[tuple[int, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, str]:
        return {"base_url": self.http.url, "uri": "acmebot"}

    @property
    def secrets(self) -> dict[str, Any]:
        return {"auth_tokens": [TOKEN]}

    def answer(self, call: Call) -> Reply:
        if call.path in self.files:
            return Reply(body=self.files[call.path])
        if not call.path.startswith("/pa/"):
            return Reply(status=404)
        if call.headers.get("x-viber-auth-token") != TOKEN:
            return _status(2, "invalidAuthToken")
        body = json.loads(call.body)
        match call.path.removeprefix("/pa/"):
            case "send_message":
                return self._send(body)
            case "get_account_info":
                info = {"id": "pa:75346594275468546724", "name": "Acme", "uri": "acmebot"}
                return _status(
                    0,
                    "ok",
                    **info,
                    webhook=self.webhook.get("url", ""),
                    event_types=self.webhook.get("event_types", []),
                )
            case "set_webhook":
                self.webhook = body
                return _status(0, "ok", event_types=body["event_types"])
        return _status(3, "badData")

    def _send(self, body: dict[str, Any]) -> Reply:
        if self.statuses:
            return _status(*self.statuses.pop(0))
        if body["receiver"] not in self.subscribers:
            return _status(6, "receiverNotSubscribed")
        if len(body["sender"]["name"]) > 28 or len(body.get("text", "")) > 7000:
            return _status(3, "badData")
        if body["type"] in ("file", "video") and not body.get("size"):
            return _status(4, "missingData")
        self.sent.append(body)
        return _status(0, "ok", message_token=5741311803571721087 + len(self.sent), billing_status=1)


@contextmanager
def running_viber_fake() -> Iterator[ViberFake]:
    """The caller trusts 127.0.0.1."""
    with running_http_fake() as server:
        fake = ViberFake(http=server)
        server.answer = fake.answer
        yield fake


def _status(status: int, message: str, **more: Any) -> Reply:
    return Reply(body=json.dumps({"status": status, "status_message": message, **more}).encode())
