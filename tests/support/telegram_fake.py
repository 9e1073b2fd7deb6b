"""A Bot API on the loopback: one bot, its waiting updates, its files, and what was sent to it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

TOKEN = "123456789:AAtestTokenOfTheFakeBotThatIsLongEnough"
_METHOD = re.compile(r"/bot([^/]+)/(\w+)")
_FILE = re.compile(r"/file/bot([^/]+)/(.+)")


@dataclass
class TelegramFake:
    """``refusals`` are answered one by one, before anything is done, to the methods that send."""

    http: HttpFake
    updates: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    uploads: list[tuple[str, str, bytes]] = field(default_factory=list)
    refusals: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    answered_buttons: list[str] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    last_message_id: int = 1000

    @property
    def config(self) -> dict[str, str]:
        return {"base_url": self.http.url, "bot_username": "acme_support_bot"}

    def deliver(self, **content: Any) -> None:
        """One more update that waits."""
        number = self.updates[-1]["update_id"] + 1 if self.updates else 1
        self.updates.append({"update_id": number, **content})

    def answer(self, call: Call) -> Reply:
        fetched = _FILE.fullmatch(call.path)
        if fetched:
            content = self.files.get(fetched.group(2)) if fetched.group(1) == TOKEN else None
            return _refuse(404, "Not Found") if content is None else Reply(body=content)
        asked = _METHOD.fullmatch(call.path)
        if asked is None or asked.group(1) != TOKEN:
            return _refuse(401 if asked else 404, "Unauthorized" if asked else "Not Found")
        parameters, upload = _read(call)
        handler = getattr(self, f"_{asked.group(2)}", None)
        if handler is not None:
            result: Reply = handler(parameters)
            return result
        if asked.group(2).startswith("send"):
            return self._send(asked.group(2), parameters, upload)
        return _refuse(404, "Not Found: method not found")

    def _send(self, method: str, parameters: dict[str, Any], upload: tuple[str, str, bytes] | None) -> Reply:
        if self.refusals:
            code, description, more = self.refusals.pop(0)
            return _refuse(code, description, more)
        text = parameters.get("text") or parameters.get("caption") or ""
        if len(text.encode("utf-16-le")) // 2 > (4096 if method == "sendMessage" else 1024):
            return _refuse(400, "Bad Request: message is too long")
        self.sent.append((method, parameters))
        if upload is not None:
            self.uploads.append(upload)
        self.last_message_id += 1
        return _result({"message_id": self.last_message_id, "chat": {"id": parameters["chat_id"], "type": "private"}})

    def _getUpdates(self, parameters: dict[str, Any]) -> Reply:
        if self.webhook.get("url"):
            return _refuse(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = parameters.get("offset", 0)
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        return _result(self.updates[: parameters.get("limit", 100)])

    def _getMe(self, parameters: dict[str, Any]) -> Reply:
        return _result({"id": 123456789, "is_bot": True, "first_name": "Acme", "username": "acme_support_bot"})

    def _getWebhookInfo(self, parameters: dict[str, Any]) -> Reply:
        return _result({"url": "", "pending_update_count": len(self.updates), **self.webhook})

    def _setWebhook(self, parameters: dict[str, Any]) -> Reply:
        if not parameters["url"].startswith("https://"):
            return _refuse(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = parameters
        return _result(True)

    def _deleteWebhook(self, parameters: dict[str, Any]) -> Reply:
        self.webhook = {}
        return _result(True)

    def _answerCallbackQuery(self, parameters: dict[str, Any]) -> Reply:
        self.answered_buttons.append(parameters["callback_query_id"])
        return _result(True)

    def _getFile(self, parameters: dict[str, Any]) -> Reply:
        path = f"documents/{parameters['file_id']}"
        if path not in self.files:
            return _refuse(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[path]) > 20 * 1024 * 1024:
            return _refuse(400, "Bad Request: file is too big")
        return _result({"file_id": parameters["file_id"], "file_path": path})


@contextmanager
def running_telegram_fake() -> Iterator[TelegramFake]:
    """The caller trusts 127.0.0.1."""
    with running_http_fake() as server:
        fake = TelegramFake(http=server)
        server.answer = fake.answer
        yield fake


def _result(value: Any) -> Reply:
    return Reply(body=json.dumps({"ok": True, "result": value}).encode())


def _refuse(code: int, description: str, parameters: Mapping[str, Any] | None = None) -> Reply:
    document = {"ok": False, "error_code": code, "description": description}
    return Reply(status=code, body=json.dumps(document | ({"parameters": parameters} if parameters else {})).encode())


def _read(call: Call) -> tuple[dict[str, Any], tuple[str, str, bytes] | None]:
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return json.loads(call.body or b"{}"), None
    form = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + call.body)
    fields: dict[str, Any] = {}
    upload = None
    for part in form.get_payload():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None:
            upload = (name, part.get_filename(), part.get_payload(decode=True))
        else:
            value = part.get_payload(decode=True).decode()
            fields[name] = json.loads(value) if value[:1] in "{[" or name == "chat_id" else value
    return fields, upload
