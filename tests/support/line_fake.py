"""LINE's Messaging API on the loopback: tokens that answer once, retry keys that send once, a monthly quota."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

TOKEN = "line-access-token-0123456789"
SECRET = "0123456789abcdef0123456789abcdef"
BOT_USER_ID = "U" + "b" * 32


@dataclass
class LineFake:
    """``reply_tokens`` are those that still answer. ``loses_answers``: what arrives is taken, and then the connection breaks."""

    http: HttpFake
    reply_tokens: set[str] = field(default_factory=set)
    replies: list[dict[str, Any]] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    quota: int = 200
    loses_answers: bool = False
    is_busy: bool = False
    endpoint: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, str]:
        return {"base_url": self.http.url, "basic_id": "@123abcde"}

    @property
    def secrets(self) -> dict[str, Any]:
        return {"channel_secrets": [SECRET], "access_token": TOKEN}

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(
                401, "Authentication failed. Confirm that the access token in the authorization header is valid."
            )
        if self.is_busy:
            return Reply(status=503, body=b"<html>Service Unavailable</html>")
        body = json.loads(call.body) if call.body else {}
        match (call.method, call.path.removeprefix("/v2/bot/")):
            case ("POST", "message/reply"):
                reply = self._reply(body)
            case ("POST", "message/push"):
                reply = self._push(call, body)
            case ("GET", "info"):
                reply = _ok({"userId": BOT_USER_ID, "basicId": "@123abcde", "displayName": "Acme", "chatMode": "bot"})
            case ("GET", "message/quota"):
                reply = _ok({"type": "limited", "value": self.quota})
            case ("GET", "message/quota/consumption"):
                reply = _ok({"totalUsage": len(self.pushes)})
            case (_, path) if path.startswith("channel/webhook/"):
                reply = self._webhook(call.method, path, body)
            case ("GET", path) if path.startswith("profile/"):
                name = self.names.get(path.removeprefix("profile/"))
                reply = _ok({"displayName": name}) if name else _problem(404, "Not found")
            case ("GET", path):
                found = re.fullmatch(r"message/(\w+)/content", path)
                content = self.contents.get(found.group(1)) if found else None
                reply = Reply(body=content) if content is not None else _problem(404, "Not found")
            case _:
                reply = _problem(404, "Not found")
        return Reply(is_cut=True) if self.loses_answers else reply

    def _reply(self, body: dict[str, Any]) -> Reply:
        if body["replyToken"] not in self.reply_tokens:
            return _problem(400, "Invalid reply token")
        self.reply_tokens.discard(body["replyToken"])
        self.replies.append(body)
        return _ok({"sentMessages": [{"id": f"r{len(self.replies)}", "quoteToken": "q"}]})

    def _push(self, call: Call, body: dict[str, Any]) -> Reply:
        key = call.headers["x-line-retry-key"]
        if key in self.keys:
            sent = {"message": "The retry key is already accepted", "sentMessages": [{"id": self.keys[key]}]}
            return Reply(status=409, body=json.dumps(sent).encode())
        if len(self.pushes) >= self.quota:
            return _problem(429, "You have reached your monthly limit.")
        self.pushes.append(body)
        self.keys[key] = f"p{len(self.pushes)}"
        return _ok({"sentMessages": [{"id": self.keys[key], "quoteToken": "q"}]})

    def _webhook(self, method: str, path: str, body: dict[str, Any]) -> Reply:
        if path == "channel/webhook/test":
            return _ok({"success": True, "statusCode": 200, "reason": "OK", "detail": "200"})
        if method == "PUT":
            self.endpoint = {"endpoint": body["endpoint"], "active": True}
            return _ok({})
        return _ok(self.endpoint) if self.endpoint else _problem(404, "Webhook endpoint not found")


@contextmanager
def running_line_fake() -> Iterator[LineFake]:
    """The caller trusts 127.0.0.1."""
    with running_http_fake() as server:
        fake = LineFake(http=server)
        server.answer = fake.answer
        yield fake


def _ok(value: Any) -> Reply:
    return Reply(body=json.dumps(value).encode())


def _problem(status: int, message: str) -> Reply:
    return Reply(status=status, body=json.dumps({"message": message}).encode())
