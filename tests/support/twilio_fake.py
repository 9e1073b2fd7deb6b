"""Twilio's REST API as far as this product meets it, over HTTP; its telephones are in ``twilio_phone.py``.

It checks basic auth, numbers and lengths, knows who answered STOP, asks for pauses and fails when told to; files lie behind the same auth.
"""

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.test import Client

from channels_app.adapters.twilio.signing import signature_of
from channels_app.models import Channel
from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

ACCOUNT = "AC" + "a" * 32
TOKEN = "t" * 32
NUMBER = "+447700900123"
AUTH = {"auth_tokens": [TOKEN]}
FORM = "application/x-www-form-urlencoded"
_serial = itertools.count(1)


@dataclass
class TwilioFake:
    """``failures`` are answered first, one a call; ``pause`` calls are refused for being too many."""

    http: HttpFake
    messages: list[dict[str, list[str]]] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    failures: list[Reply] = field(default_factory=list)
    pause: int = 0
    webhooks: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, str]:
        return {"account_sid": ACCOUNT, "number": NUMBER, "base_url": self.http.url}

    def file(self, path: str, content: bytes, content_type: str) -> str:
        """Put a file behind the account's password; returns its address."""
        self.files[path] = (content_type, content)
        return f"{self.http.url}{path}"

    def answer(self, call: Call) -> Reply:
        pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {pair}":
            return _error(401, 20003, "Authenticate")
        if self.failures:
            return self.failures.pop(0)
        if self.pause:
            self.pause -= 1
            return _error(429, 20429, "Too Many Requests", {"retry-after": "7"})
        path = urlsplit(call.path).path
        if path in self.files:
            content_type, content = self.files[path]
            return Reply(body=content, headers={"content-type": content_type})
        below = path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}")
        if below == ".json":
            return _json(200, {"sid": ACCOUNT, "status": "active", "type": "Full"})
        if below == "/IncomingPhoneNumbers.json":
            return self._number(call)
        if below == "/Messages.json" and call.method == "POST":
            return self._send(parse_qs(call.body.decode(), keep_blank_values=True))
        return _error(404, 20404, "The requested resource was not found")

    def _number(self, call: Call) -> Reply:
        wanted = parse_qs(urlsplit(call.path).query).get("PhoneNumber", [""])[0]
        known = {"phone_number": NUMBER, "capabilities": {"sms": True, "voice": True, "mms": True}, **self.webhooks}
        return _json(200, {"incoming_phone_numbers": [known] if wanted == NUMBER else []})

    def _send(self, form: dict[str, list[str]]) -> Reply:
        to, body = form.get("To", [""])[0], form.get("Body", [""])[0]
        if not to.startswith("+") or not 8 <= len(to) <= 16:
            return _error(400, 21211, "The 'To' number is not a valid phone number.")
        if to in self.opted_out:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        if "From" not in form and "MessagingServiceSid" not in form:
            return _error(400, 21603, "A 'From' phone number is required.")
        if not body and "MediaUrl" not in form:
            return _error(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        sid = f"SM{next(_serial):032x}"
        self.messages.append({**form, "sid": [sid]})
        return _json(201, {"sid": sid, "status": "queued", "num_segments": "1", "error_code": None})


def _json(status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(
        status=status,
        body=json.dumps(document).encode(),
        headers={"content-type": "application/json", **(headers or {})},
    )


def _error(status: int, code: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status}, headers)


@contextmanager
def running_twilio_fake() -> Iterator[TwilioFake]:
    """Serve on a free port of the loopback."""
    with running_http_fake() as fake:
        twilio = TwilioFake(fake)
        fake.answer = twilio.answer
        yield twilio


def post_signed(channel: Channel, fields: Mapping[str, Any], *, query: str = "", token: str = TOKEN) -> Any:
    """What the product answers to a request of Twilio's with these parameters."""
    path = f"/hooks/{channel.kind}/{channel.uuid}/" + (f"?{query}" if query else "")
    body = urlencode({name: str(value) for name, value in fields.items()})
    parameters = parse_qsl(body, keep_blank_values=True)
    signature = signature_of(settings.SITE_URL.rstrip("/") + path, parameters, token=token)
    return Client().post(path, data=body, content_type=FORM, headers={"X-Twilio-Signature": signature})
