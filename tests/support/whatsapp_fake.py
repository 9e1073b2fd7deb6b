"""The Cloud API as far as we call it: it checks tokens and shapes, pages, limits, fails and answers late."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

TOKEN = "EAAfake" + "0" * 40
APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY_TOKEN = "open sesame"
NUMBER_ID, ACCOUNT_ID, PHONE = "106540352242922", "102290129340398", "+493055512345"
MOST_TEXT, MOST_CAPTION = 4096, 1024


def error(code: int, *, status: int = 400, details: str = "", headers: dict[str, str] | None = None) -> Reply:
    """An answer of the Graph API that refuses."""
    body = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqkZfEZ"}
    if details:
        body["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return Reply(status=status, body=json.dumps({"error": body}).encode(), headers=headers or {})


def answer(value: Any, *, headers: dict[str, str] | None = None) -> Reply:
    return Reply(body=json.dumps(value).encode(), headers={"content-type": "application/json"} | (headers or {}))


@dataclass
class WhatsAppFake:
    """What customers would see (``sent``), what is uploaded, and what the account has; ``next_answers`` come before everything."""

    http: HttpFake
    sent: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 2
    next_answers: list[Reply] = field(default_factory=list)
    delay_seconds: float = 0.0
    drops_answer: bool = False
    token_facts: dict[str, Any] = field(default_factory=lambda: {"is_valid": True, "expires_at": 0})
    number_facts: dict[str, Any] = field(default_factory=dict)
    apps: list[dict[str, Any]] = field(
        default_factory=lambda: [{"whatsapp_business_api_data": {"id": "1", "name": "Desk"}}]
    )
    media_calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def config(self) -> dict[str, Any]:
        """The settings of a channel that talks to this fake."""
        return {
            "phone_number": PHONE,
            "phone_number_id": NUMBER_ID,
            "business_account_id": ACCOUNT_ID,
            "base_url": self.http.url,
        }

    @property
    def secrets(self) -> dict[str, Any]:
        return {"access_token": TOKEN, "app_secrets": [APP_SECRET], "verify_token": VERIFY_TOKEN}

    def add_media(self, media_id: str, content: bytes, *, content_type: str = "image/jpeg", **facts: Any) -> None:
        """A file that a customer has sent."""
        known = {"mime_type": content_type, "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content)}
        known |= {"id": media_id, "url": f"{self.http.url}/files/{media_id}", "messaging_product": "whatsapp", **facts}
        self.media[media_id] = {"facts": known, "content": content}

    def handle(self, call: Call) -> Reply:
        with self._lock:
            if self.delay_seconds:
                sleep(self.delay_seconds)
            if call.headers.get("authorization") != f"Bearer {TOKEN}":
                return error(190, status=401)
            if self.next_answers:
                return self.next_answers.pop(0)
            return self._route(call)

    def _route(self, call: Call) -> Reply:
        url = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        path = re.sub(r"^/v\d+\.\d+/", "/", url.path)
        if call.method == "POST" and path == f"/{NUMBER_ID}/messages":
            return self._message(json.loads(call.body))
        if call.method == "POST" and path == f"/{NUMBER_ID}/media":
            return self._upload(call)
        if call.method == "GET" and path == "/debug_token":
            scopes = ["whatsapp_business_messaging", "whatsapp_business_management"]
            return answer({"data": {"scopes": scopes, **self.token_facts}})
        if call.method == "GET" and path == f"/{NUMBER_ID}":
            facts = {
                "id": NUMBER_ID,
                "display_phone_number": "+49 30 55512345",
                "verified_name": "Acme",
                "status": "CONNECTED",
            }
            return answer({**facts, "quality_rating": "GREEN", **self.number_facts})
        if call.method == "GET" and path == f"/{ACCOUNT_ID}/subscribed_apps":
            return answer({"data": self.apps})
        if call.method == "GET" and path == f"/{ACCOUNT_ID}/message_templates":
            return self._template_page(query)
        if call.method == "GET" and path.startswith("/files/"):
            self.media_calls.append(call)
            known = self.media.get(path.removeprefix("/files/"))
            return Reply(body=known["content"]) if known else Reply(status=404)
        if call.method == "GET" and path.strip("/") in self.media:
            return answer(self.media[path.strip("/")]["facts"])
        return error(100, details="Unsupported get request.")

    def _message(self, body: dict[str, Any]) -> Reply:
        refusal = _refuse_shape(body, self.uploads, self.templates)
        if refusal is not None:
            return refusal
        self.sent.append(body)
        if self.drops_answer:
            return Reply(is_cut=True)
        wamid = f"wamid.FAKE{len(self.sent):04d}"
        contact = {"input": body.get("to") or body["recipient"]}
        contact |= {"wa_id": body["to"]} if "to" in body else {"user_id": body["recipient"]}
        return answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]})

    def _upload(self, call: Call) -> Reply:
        head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
        parts: dict[Any, Any] = {}
        for part in message_from_bytes(head + call.body).walk():
            parts[part.get_param("name", header="content-disposition")] = part
        if parts["messaging_product"].get_payload(decode=True) != b"whatsapp":
            return error(100, details="messaging_product is required")
        media_id = str(4490709327384030 + len(self.uploads))
        file = parts["file"]
        self.uploads[media_id] = {
            "name": file.get_filename(),
            "content_type": file.get_content_type(),
            "content": file.get_payload(decode=True),
        }
        return answer({"id": media_id})

    def _template_page(self, query: dict[str, str]) -> Reply:
        start = int(query.get("after") or 0)
        rows = self.templates[start : start + self.page_size]
        end = start + len(rows)
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(self.templates):
            paging["next"] = f"{self.http.url}/next?after={end}"
        return answer({"data": rows, "paging": paging})


def _refuse_shape(body: dict[str, Any], uploads: dict[str, Any], templates: list[dict[str, Any]]) -> Reply | None:
    """What the provider refuses of a message, with its codes."""
    if body.get("messaging_product") != "whatsapp" or not (body.get("to") or body.get("recipient")):
        return error(131008, details="Required parameter is missing")
    kind = body["type"]
    content = body.get(kind, {})
    if kind == "text" and not 0 < len(content.get("body", "")) <= MOST_TEXT:
        return error(100, details="Param text['body'] must be at most 4096 characters long.")
    if kind in ("image", "video", "audio", "document", "sticker"):
        if content.get("id") not in uploads:
            return error(131053, details="Media id is not known")
        if "caption" in content and (kind in ("audio", "sticker") or len(content["caption"]) > MOST_CAPTION):
            return error(100, details="caption is not allowed")
    if kind == "interactive":
        return _refuse_interactive(content)
    if kind == "template":
        return _refuse_template(content, templates)
    return None


def _refuse_interactive(content: dict[str, Any]) -> Reply | None:
    action = content["action"]
    titles = [button["reply"]["title"] for button in action.get("buttons", [])]
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    if len(titles) > 3 or len(rows) > 10 or any(not 0 < len(title) <= 20 for title in titles):
        return error(131009, details="Parameter value is not valid")
    if any(not 0 < len(row["title"]) <= 24 for row in rows) or (rows and not 0 < len(action["button"]) <= 20):
        return error(131009, details="Parameter value is not valid")
    return None if 0 < len(content["body"]["text"]) <= 1024 else error(131009, details="body is too long")


def _refuse_template(content: dict[str, Any], templates: list[dict[str, Any]]) -> Reply | None:
    wanted = (content["name"], content["language"]["code"])
    known = next((one for one in templates if (one["name"], one["language"]) == wanted), None)
    if known is None or known["status"] != "APPROVED":
        return error(132001, status=404, details="template name does not exist in the translation")
    text = next(one["text"] for one in known["components"] if one["type"] == "BODY")
    names = list(dict.fromkeys(re.findall(r"\{\{(\w+)\}\}", text)))
    given = [p for one in content.get("components", []) if one["type"] == "body" for p in one["parameters"]]
    is_named = any(not name.isdigit() for name in names)
    told = [p.get("parameter_name") for p in given]
    if len(given) != len(names) or (is_named and told != names) or (not is_named and any(told)):
        return error(132000, details="number of parameters does not match the expected number of params")
    return None


@contextmanager
def running_whatsapp_fake() -> Iterator[WhatsAppFake]:
    """Serve on a free port of the loopback, which the caller trusts through HELPDESK_TRUSTED_HOSTS."""
    with running_http_fake() as http:
        fake = WhatsAppFake(http=http)
        http.answer = fake.handle
        yield fake
