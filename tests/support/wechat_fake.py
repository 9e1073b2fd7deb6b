"""WeChat's API as far as we use it: tokens that end, customer-service messages with their limits, files up and down."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

APP_ID, APP_SECRET = "wxb11529c136998cb6", "0123456789abcdef0123456789abcdef"


@dataclass
class WeChatFake:
    """``sent``: messages that were taken; ``uploads``: (kind, bytes). ``refuse_next``: errcodes that the next calls answer."""

    http: HttpFake
    token: str = "token-1"
    tokens_given: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[tuple[str, bytes]] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    refuse_next: list[int] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def config(self, **values: Any) -> dict[str, Any]:
        return {"app_id": APP_ID, "mode": "plain", "base_url": self.http.url, **values}

    def end_token(self) -> None:
        """The token that was given ends now; the next one is another."""
        self.token = f"token-{next(self._numbers) + 1}"

    def answer(self, call: Call) -> Reply:
        address = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/cgi-bin/stable_token":
            return self._give_token(json.loads(call.body))
        if query.get("access_token") != self.token:
            return _refusal(40001 if query.get("access_token") else 41001)
        if self.refuse_next:
            return _refusal(self.refuse_next.pop(0))
        handlers = {
            "/cgi-bin/message/custom/send": self._take,
            "/cgi-bin/media/upload": self._keep_file,
            "/cgi-bin/media/get": self._give_file,
            "/cgi-bin/getcallbackip": lambda call, query: _json({"ip_list": ["101.226.0.1", "101.226.0.2"]}),
        }
        handler = handlers.get(address.path)
        return handler(call, query) if handler else Reply(status=404)

    def _give_token(self, asked: dict[str, Any]) -> Reply:
        if (asked.get("appid"), asked.get("secret"), asked.get("grant_type")) != (
            APP_ID,
            APP_SECRET,
            "client_credential",
        ):
            return _refusal(40125)
        self.tokens_given += 1
        return _json({"access_token": self.token, "expires_in": 7200})

    def _take(self, call: Call, query: dict[str, str]) -> Reply:
        message = json.loads(call.body)
        kind = message.get("msgtype")
        if not message.get("touser") or kind not in message:
            return _refusal(47001)
        if kind == "text" and len(message["text"]["content"].encode()) > 2048:
            return _refusal(45002)
        if kind != "text" and message[kind]["media_id"] not in self.media:
            return _refusal(40007)
        self.sent.append(message)
        return _json({"errcode": 0, "errmsg": "ok"})

    def _keep_file(self, call: Call, query: dict[str, str]) -> Reply:
        boundary = re.search(r"boundary=(\S+)", call.headers["content-type"])
        if boundary is None or b'name="media"; filename="' not in call.body:
            return _refusal(41005)
        content = call.body.split(b"\r\n\r\n", 1)[1].rsplit(f"\r\n--{boundary[1]}--".encode(), 1)[0]
        media_id = f"up-{next(self._numbers)}"
        self.uploads.append((query["type"], content))
        self.media[media_id] = ("application/octet-stream", content)
        return _json({"type": query["type"], "media_id": media_id, "created_at": 1763290821})

    def _give_file(self, call: Call, query: dict[str, str]) -> Reply:
        found = self.media.get(query.get("media_id", ""))
        if found is None:
            return _refusal(40007)
        return Reply(body=found[1], headers={"content-type": found[0]})


def _json(value: dict[str, Any]) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers={"content-type": "application/json"})


def _refusal(code: int) -> Reply:
    # WeChat calls every answer 200, and the refusal of a file text/plain.
    return Reply(
        body=json.dumps({"errcode": code, "errmsg": f"refused rid: {code}"}).encode(),
        headers={"content-type": "text/plain"},
    )


@contextmanager
def running_wechat_fake() -> Iterator[WeChatFake]:
    """Serve until the block ends. The caller trusts 127.0.0.1 through HELPDESK_TRUSTED_HOSTS."""
    with running_http_fake() as http:
        fake = WeChatFake(http=http)
        http.answer = fake.answer
        yield fake
