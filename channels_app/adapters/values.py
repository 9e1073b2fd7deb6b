"""The plain values that cross the border between channels and the rest: frozen, keyword-only, times aware."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from helpdesk.common.errors import AdapterError


def digest(*parts: str | bytes) -> bytes:
    """The 32-byte key of an item: SHA-256 over length-prefixed parts, so that no two splits collide."""
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        hasher.update(len(raw).to_bytes(8, "big"))
        hasher.update(raw)
    return hasher.digest()


@dataclass(frozen=True, kw_only=True)
class Address:
    """Who. ``address`` is normalised (see ``normalise_address`` of the adapter), ``raw`` is as it was written."""

    address: str
    name: str = ""
    raw: str = ""


@dataclass(frozen=True, kw_only=True)
class RawEvent:
    """Bytes as the provider delivered them, before anybody has read them.

    ``meta`` holds transport facts (IMAP uid, SMTP envelope). A ``quarantine_reason`` set by the poller (too large to
    download) stores the event without offering it to the parser.
    """

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    received_at: datetime | None = None
    source: Literal["webhook", "poll", "smtp", "cli"] = "cli"
    meta: Mapping[str, Any] = field(default_factory=dict)
    quarantine_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class InboundAttachment:
    """A file that came with a message: its bytes, or the URL from which the adapter's ``fetch_media`` brings them."""

    name: str
    content_type: str
    content: bytes | None = None
    url: str = ""
    is_inline: bool = False
    content_id: str = ""

    @property
    def size(self) -> int | None:
        return None if self.content is None else len(self.content)

    @property
    def sha256(self) -> str | None:
        return None if self.content is None else hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class InboundItem:
    """What every item has. ``dedup_key``: 32 bytes, equal for equal items of one channel (reliability: P2)."""

    dedup_key: bytes
    external_id: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InboundMessage(InboundItem):
    """A message, of a customer or (``is_echo``) of ourselves sent from elsewhere.

    ``reply_text`` is the text without quoted history and signature; ``thread_tokens`` are candidates for our
    ``reply_token``, in the order of how much they prove; ``references`` are message ids without brackets, newest last.
    ``is_auto_reply``: written by a machine. ``no_auto_answer``: whoever wrote it, do not answer by machine.
    ``flags`` name what an agent should know ("several_from", "text_truncated", "html_too_deep", ...).
    ``text`` is at most 1 MB, ``html`` is unsanitised and must never be shown as it is.
    """

    sender: Address
    subject: str = ""
    text: str = ""
    html: str = ""
    reply_text: str = ""
    attachments: Sequence[InboundAttachment] = ()
    thread_id: str = ""
    thread_tokens: Sequence[str] = ()
    in_reply_to: str = ""
    references: Sequence[str] = ()
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    reply_to: Address | None = None
    payload: str = ""
    language: str = ""
    is_echo: bool = False
    is_auto_reply: bool = False
    no_auto_answer: bool = False
    is_loop: bool = False
    flags: Sequence[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class MessageChanged(InboundItem):
    """An edit, deletion or reaction on the message with the external id ``change_of``."""

    change_of: str
    change: Literal["edited", "deleted", "reaction"]
    text: str = ""
    sender: Address | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryUpdate(InboundItem):
    """What became of a message of ours. ``status_of`` is its external id, one item a recipient.

    ``thread_tokens`` and ``references`` are those found in the returned text, for bounces that name the message only there.
    """

    status: Literal["sent", "delivered", "read", "failed"]
    status_of: str = ""
    recipient: str = ""
    error_code: str = ""
    reason: str = ""
    is_bounce: bool = False
    is_soft: bool = False
    thread_tokens: Sequence[str] = ()
    references: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Ignored(InboundItem):
    """Understood and of no interest; ``reason`` is a word for statistics ("loop", "typing")."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class PollResult:
    """One bounded chunk: raw events, the cursor to store with them, and whether more is waiting.

    ``error``: what cut the chunk short. What was fetched before it is complete, and the cursor stands behind that.
    """

    events: Sequence[RawEvent]
    cursor: Mapping[str, Any]
    has_more: bool = False
    error: AdapterError | None = None


@dataclass(frozen=True, kw_only=True)
class OutboundAttachment:
    """A file to send; ``open_content`` reads the bytes at the moment of sending."""

    name: str
    content_type: str
    size: int
    open_content: Callable[[], bytes]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class OutboundMessage:
    """What the sender hands to the adapter. ``uuid`` is the idempotency key, the same on every attempt.

    ``external_id`` is the id that we chose (the Message-ID without brackets) or empty; ``references`` newest last.
    """

    uuid: str
    recipient: Address
    text: str
    html: str = ""
    subject: str = ""
    cc: Sequence[Address] = ()
    external_id: str = ""
    thread_id: str = ""
    reply_token: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    attachments: Sequence[OutboundAttachment] = ()
    from_name: str = ""
    language: str = ""
    is_automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The provider took the message. ``refused`` maps a recipient's address to the provider's words of refusal."""

    external_id: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of "Test connection": what was tried, whether it works, and what to do when it does not."""

    is_ok: bool
    what: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookRequest:
    """An HTTP request as far as an adapter may read it. Header names are lower-case; the body is raw."""

    method: str
    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]
    url: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChannelConfig:
    """What an adapter may know of its Channel: plain values, secrets decrypted, no model."""

    slug: str = ""
    uuid: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    from_name: str = ""
