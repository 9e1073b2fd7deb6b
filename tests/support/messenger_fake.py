"""The Graph API as pages and Instagram accounts meet it: one account, its people, posts, comments and webhooks.

It refuses what the provider refuses: wrong tokens and proofs, people it does not know, texts that are too long, a second private
answer to one comment, messages outside the window.
"""

import hashlib
import hmac
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.http_fake import Call, HttpFake, Reply, running_http_fake

TOKEN, APP_SECRET, VERIFY_TOKEN = "page-token", "0123456789abcdef0123456789abcdef", "made up by us"
PAGE_ID, ACCOUNT_ID, APP_ID = "100200300400500", "17841400000000001", "900800700600500"
PERSON = "7012345678901234"


def error(code: int, message: str, *, subcode: int = 0, status: int = 400, **headers: str) -> Reply:
    """An answer in the provider's form of refusal."""
    body = {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}}
    if subcode:
        body["error"]["error_subcode"] = subcode
    return Reply(status=status, body=json.dumps(body).encode(), headers={"content-type": "application/json", **headers})


@dataclass
class MessengerFake:
    """``next_replies`` answer the next calls before anything happens; ``lost_answers`` is how many sent messages go unanswered.

    While ``hold`` is set to an event nobody gets an answer, however long he waits.
    """

    http: HttpFake
    account_id: str = PAGE_ID
    people: dict[str, dict[str, str]] = field(
        default_factory=lambda: {PERSON: {"first_name": "Carla", "last_name": "Cruz"}}
    )
    posts: dict[str, dict[str, str]] = field(default_factory=dict)
    mentions: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)
    next_replies: list[Reply] = field(default_factory=list)
    lost_answers: int = 0
    is_window_open: bool = True
    expires_at: int = 0
    scopes: list[str] = field(default_factory=list)
    answered_comments: set[str] = field(default_factory=set)
    hold: threading.Event | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def config(self) -> dict[str, str]:
        """The settings of a channel that talks to this fake."""
        return {
            "page_id": PAGE_ID,
            "account_id": ACCOUNT_ID,
            "app_id": APP_ID,
            "base_url": self.http.url,
            "username": "acme",
        }

    @property
    def secrets(self) -> dict[str, Any]:
        return {"access_token": TOKEN, "app_secrets": [APP_SECRET], "verify_token": VERIFY_TOKEN}

    def add_file(self, name: str, content: bytes, content_type: str) -> str:
        """A file on the provider's servers; returns its address, under which no token may arrive."""
        self.files[f"/cdn/{name}"] = (content_type, content)
        return f"{self.http.url}/cdn/{name}?signature=1"

    def answer(self, call: Call) -> Reply:
        if self.hold is not None:
            self.hold.wait(30)
            return Reply(is_cut=True)
        url = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path in self.files:
            content_type, content = self.files[url.path]
            assert "authorization" not in call.headers, "a token went to a file server"
            return Reply(body=content, headers={"content-type": content_type})
        if self.next_replies:
            return self.next_replies.pop(0)
        version, _, path = unquote(url.path).lstrip("/").partition("/")
        if not re.fullmatch(r"v\d+\.\d", version):
            return error(2500, "Unknown path components")
        return self._refuse_caller(call, query, path) or self._route(call, query, path)

    def _refuse_caller(self, call: Call, query: dict[str, str], path: str) -> Reply | None:
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        if path == "debug_token":
            return None if token == f"{APP_ID}|{APP_SECRET}" else error(190, "Invalid app token", status=401)
        if token != TOKEN:
            return error(190, "Error validating access token: session has expired", subcode=463, status=401)
        proof = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
        return None if query.get("appsecret_proof") == proof else error(100, "Invalid appsecret_proof provided")

    def _route(self, call: Call, query: dict[str, str], path: str) -> Reply:
        head, _, edge = path.partition("/")
        if call.method == "POST":
            return self._post(call, head, edge)
        if edge == "subscribed_apps":
            return _json(
                {"data": [{"id": APP_ID, "subscribed_fields": sorted(self.subscribed)}] if self.subscribed else []}
            )
        if edge == "ratings":
            return self._ratings(query)
        if path == "debug_token":
            facts = {"is_valid": query["input_token"] == TOKEN, "expires_at": self.expires_at, "scopes": self.scopes}
            return _json({"data": facts})
        if path in self.posts:
            return _json({"id": path, **self.posts[path]})
        if path in self.people:
            return _json({"id": path, **self.people[path]})
        if path in ("me", self.account_id):
            return self._account(query)
        return error(100, "Unsupported get request", subcode=33)

    def _account(self, query: dict[str, str]) -> Reply:
        wanted = re.fullmatch(r"mentioned_(comment\.comment|media\.media)_id\((\d+)\)\{.+\}", query.get("fields", ""))
        if wanted:
            name = f"mentioned_{wanted.group(1).partition('.')[0]}"
            found = self.mentions.get(wanted.group(2))
            return _json({"id": self.account_id, name: found}) if found else error(100, "No such mention", subcode=33)
        return _json({"id": self.account_id, "name": "Acme", "username": "acme"})

    def _ratings(self, query: dict[str, str]) -> Reply:
        start, size = int(query.get("after") or 0), int(query.get("limit") or 25)
        page: dict[str, Any] = {"data": self.ratings[start : start + size]}
        if start + size < len(self.ratings):
            page["paging"] = {"cursors": {"after": str(start + size)}, "next": "https://graph.facebook.com/next"}
        return _json(page)

    def _post(self, call: Call, head: str, edge: str) -> Reply:
        if edge == "message_attachments":
            return self._upload(call)
        fields, file = read_form(call) if "multipart" in call.headers["content-type"] else (json.loads(call.body), None)
        if edge == "messages":
            return self._send(fields)
        if edge in ("comments", "replies", "mentions"):
            self.comments.append({"under": head, "edge": edge, "file": file, **fields})
            return _json({"id": f"{head}_{next(self.numbers)}"})
        if edge == "subscribed_apps":
            self.subscribed = set(fields["subscribed_fields"].split(","))
            return _json({"success": True})
        return error(100, "Unsupported post request", subcode=33)

    def _upload(self, call: Call) -> Reply:
        fields, file = read_form(call)
        if file is None:
            return error(100, "No file", subcode=2018047)
        attachment = json.loads(fields["message"])["attachment"]
        attachment_id = str(1_857_777_774_821_032 + next(self.numbers))
        self.uploads[attachment_id] = (attachment["type"], fields.get("platform", ""), file[1])
        return _json({"attachment_id": attachment_id})

    def _send(self, message: dict[str, Any]) -> Reply:
        recipient, content = message["recipient"], message["message"]
        refusal = self._refuse_message(message, recipient, content)
        if refusal is not None:
            return refusal
        if "comment_id" in recipient:
            self.answered_comments.add(recipient["comment_id"])
        mid = f"m_fake-{next(self.numbers)}"
        self.sent.append({**message, "mid": mid})
        if self.lost_answers:
            self.lost_answers -= 1
            return Reply(is_cut=True)
        return _json({"recipient_id": recipient.get("id", PERSON), "message_id": mid})

    def _refuse_message(
        self, message: dict[str, Any], recipient: dict[str, str], content: dict[str, Any]
    ) -> Reply | None:
        if recipient.get("comment_id") in self.answered_comments:
            return error(10900, "Activity already replied to")
        if "id" in recipient and recipient["id"] not in self.people:
            return error(100, "No matching user found", subcode=2018001)
        if "id" in recipient and not self.is_window_open and message.get("tag") != "HUMAN_AGENT":
            return error(10, "This message is sent outside of allowed window.", subcode=2018278)
        if len(content.get("text", "")) > 2000 or len(content.get("quick_replies", [])) > 13:
            return error(100, "Length of param message[text] must be less than or equal to 2000")
        attachment_id = content.get("attachment", {}).get("payload", {}).get("attachment_id")
        return (
            error(100, "Invalid attachment", subcode=2018074)
            if attachment_id and attachment_id not in self.uploads
            else None
        )


def _json(document: Any) -> Reply:
    return Reply(body=json.dumps(document).encode(), headers={"content-type": "application/json; charset=UTF-8"})


def read_form(call: Call) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """(the fields, (name and bytes of the file)) of a multipart body."""
    head = f"content-type: {call.headers['content-type']}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    file = None
    for part in BytesParser(policy=HTTP).parsebytes(head + call.body).iter_parts():
        content = part.get_payload(decode=True)
        if part.get_filename():
            file = (part.get_filename(), content)
        else:
            fields[part.get_param("name", header="content-disposition")] = content.decode()
    return fields, file


@contextmanager
def running_messenger_fake(account_id: str = PAGE_ID) -> Iterator[MessengerFake]:
    """The fake on a free port of the loopback."""
    with running_http_fake() as http:
        fake = MessengerFake(http=http, account_id=account_id)
        http.answer = fake.answer
        yield fake
