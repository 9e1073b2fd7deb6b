"""API v2 of X on the loopback: checks the signature of every call, pages newest first, limits, and keeps what is sent."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from channels_app.adapters.x.oauth import Keys, authorization
from helpdesk.common.clock import now
from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

OWN_ID = "4337869213"
KEYS = Keys(
    consumer_key="consumer-key-1",
    consumer_secret="consumer-secret-1",
    access_token=f"{OWN_ID}-token",
    access_token_secret="token-secret-1",
)


@dataclass
class XFake:
    """``messages`` and ``mentions`` are rows, newest first, as X lists them. ``refusals`` are answered to what acts, one by one."""

    http: HttpFake
    messages: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    users: list[dict[str, Any]] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    page_size: int = 100
    calls_left: int | None = None
    pending_states: int = 0

    @property
    def config(self) -> dict[str, Any]:
        return {"base_url": self.http.url, "username": "acme", "user_id": OWN_ID, "consumer_key": KEYS.consumer_key}

    @property
    def secrets(self) -> dict[str, Any]:
        return {
            "consumer_secrets": [KEYS.consumer_secret],
            "access_token": KEYS.access_token,
            "access_token_secret": KEYS.access_token_secret,
        }

    def answer(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        query = dict(parse_qsl(parts.query))
        if not self._is_signed(call):
            return _problem(401, "Unauthorized")
        if parts.path in self.files:
            return Reply(body=self.files[parts.path])
        if call.method == "GET" and self.calls_left is not None:
            if self.calls_left == 0:
                return _problem(429, "Too Many Requests", headers=self._limit_headers())
            self.calls_left -= 1
        routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", r"/2/users/me", self._me),
            ("GET", r"/2/dm_events", self._dm_events),
            ("GET", rf"/2/users/{OWN_ID}/mentions", self._mention_list),
            ("GET", r"/2/media/upload", self._upload_status),
            ("POST", r"/2/media/upload/initialize", self._start_upload),
            ("POST", r"/2/media/upload/(?P<media_id>\w+)/append", self._append),
            ("POST", r"/2/media/upload/(?P<media_id>\w+)/finalize", self._finish_upload),
            ("POST", r"/2/dm_conversations/with/\d+/messages", self._send),
            ("POST", r"/2/tweets", self._send),
        ]
        for method, pattern, handler in routes:
            match = re.fullmatch(pattern, parts.path)
            if match and method == call.method:
                reply = handler(call, query, **match.groupdict())
                return Reply(status=reply.status, body=reply.body, headers=self._limit_headers())
        return _problem(404, "Not Found")

    def _is_signed(self, call: Call) -> bool:
        given = call.headers.get("authorization", "")
        fields = dict(re.findall(r'(oauth_\w+)="([^"]*)"', given))
        expected = authorization(
            KEYS,
            call.method,
            self.http.url + call.path,
            nonce=fields.get("oauth_nonce", ""),
            timestamp=fields.get("oauth_timestamp", ""),
        )
        return given == expected

    def _limit_headers(self) -> dict[str, str]:
        if self.calls_left is None:
            return {}
        return {
            "x-rate-limit-remaining": str(self.calls_left),
            "x-rate-limit-reset": str(int(now().timestamp()) + 600),
        }

    def _me(self, call: Call, query: dict[str, str]) -> Reply:
        return _data({"id": OWN_ID, "name": "Acme", "username": "acme"})

    def _dm_events(self, call: Call, query: dict[str, str]) -> Reply:
        return self._page(self.messages, query)

    def _mention_list(self, call: Call, query: dict[str, str]) -> Reply:
        since = int(query.get("since_id", 0))
        return self._page([row for row in self.mentions if int(row["id"]) > since], query)

    def _page(self, rows: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        start = int(query.get("pagination_token", "p0")[1:])
        size = min(self.page_size, int(query.get("max_results", 100)))
        meta: dict[str, Any] = {"result_count": len(rows[start : start + size])}
        if start + size < len(rows):
            meta["next_token"] = f"p{start + size}"
        document = {
            "data": rows[start : start + size],
            "includes": {"users": self.users, "media": self.media},
            "meta": meta,
        }
        return Reply(body=json.dumps(document).encode())

    def _start_upload(self, call: Call, query: dict[str, str]) -> Reply:
        media_id = str(9000 + len(self.uploads))
        self.uploads[media_id] = {**json.loads(call.body), "content": b""}
        return _data({"id": media_id, "media_key": f"3_{media_id}"})

    def _append(self, call: Call, query: dict[str, str], media_id: str) -> Reply:
        form = message_from_bytes(f"content-type: {call.headers['content-type']}\r\n\r\n".encode() + call.body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        content = parts["media"].get_payload(decode=True)
        if len(content) > 5 * 1024 * 1024:
            return _problem(413, "Payload Too Large")
        self.uploads[media_id]["content"] += content
        return _data({"expires_at": 1})

    def _finish_upload(self, call: Call, query: dict[str, str], media_id: str) -> Reply:
        if len(self.uploads[media_id]["content"]) != self.uploads[media_id]["total_bytes"]:
            return _problem(400, "Invalid Request")
        return self._upload_status(call, {"media_id": media_id})

    def _upload_status(self, call: Call, query: dict[str, str]) -> Reply:
        if self.pending_states:
            self.pending_states -= 1
            info = {"state": "in_progress", "check_after_secs": 0}
            return _data({"id": query["media_id"], "processing_info": info})
        return _data({"id": query["media_id"]})

    def _send(self, call: Call, query: dict[str, str]) -> Reply:
        if self.refusals:
            status, document = self.refusals.pop(0)
            return Reply(status=status, body=json.dumps(document).encode())
        self.sent.append((urlsplit(call.path).path, json.loads(call.body)))
        number = str(1_800_000_000_000_000_000 + len(self.sent))
        is_post = call.path == "/2/tweets"
        sent = {"id": number, "text": ""} if is_post else {"dm_conversation_id": "1-2", "dm_event_id": number}
        reply = _data(sent)
        return Reply(status=201, body=reply.body)


@contextmanager
def running_x_fake() -> Iterator[XFake]:
    """The caller trusts 127.0.0.1."""
    with running_http_fake() as server:
        fake = XFake(http=server)
        server.answer = fake.answer
        yield fake


def _data(value: Any) -> Reply:
    return Reply(body=json.dumps({"data": value}).encode())


def _problem(status: int, title: str, *, headers: dict[str, str] | None = None) -> Reply:
    body = {"title": title, "status": status, "detail": title, "type": "about:blank"}
    return Reply(status=status, body=json.dumps(body).encode(), headers=headers or {})
