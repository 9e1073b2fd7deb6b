"""The adapter contract: what a channel must say and do, and the plain values that cross the border.

An adapter knows wire formats and nothing of tickets. Everything here is a frozen dataclass with keyword-only fields, times are
aware, and every item carries the key that makes filing it twice harmless.
"""

import enum
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from helpdesk.common.errors import AdapterError, ParseError, SignatureError

__all__ = [
    "AdapterError",
    "Address",
    "Can",
    "ChannelAdapter",
    "ChannelConfig",
    "DeliveryUpdate",
    "Finding",
    "Ignored",
    "InboundAttachment",
    "InboundItem",
    "InboundMessage",
    "MessageChanged",
    "OutboundAttachment",
    "OutboundMessage",
    "ParseError",
    "PollResult",
    "RawEvent",
    "Receipt",
    "SignatureError",
    "WebhookRequest",
    "digest",
]


class Can(enum.Flag):
    """What a channel is able to do. What it cannot is refused aloud before sending."""

    NOTHING = 0
    SEND = enum.auto()
    WEBHOOK = enum.auto()
    POLL = enum.auto()
    ATTACH = enum.auto()
    HTML = enum.auto()
    COPY = enum.auto()  # cc recipients
    SUBJECT = enum.auto()
    IDEMPOTENT_SEND = enum.auto()  # the provider drops a repeated send of one message uuid
    READ_RECEIPTS = enum.auto()


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
    """What became of a message of ours. ``status_of`` is its external id (or our token's message), one item a recipient.

    ``original`` are ids and tokens found in the returned text, for bounces that name the message only there.
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
    """One bounded chunk: raw events, the cursor to store with them, and whether more is waiting."""

    events: Sequence[RawEvent]
    cursor: Mapping[str, Any]
    has_more: bool = False


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


class ChannelAdapter:
    """One kind of channel. Subclasses set the class attributes and override what ``can`` promises.

    ``parse`` is pure. ``poll``, ``send`` and ``check`` talk to the provider and are never called inside a transaction.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    identity_kind: ClassVar[str]
    can: ClassVar[Can] = Can.NOTHING
    config_form: ClassVar[type]  # a channels_app.forms.ChannelConfigForm
    is_threaded: ClassVar[bool] = False  # True: a conversation per thread (mail); False: one per identity and channel

    def __init__(self, channel: ChannelConfig) -> None:
        self.channel = channel

    # What subclasses implement -------------------------------------------------------------------------------------

    def verify(self, request: WebhookRequest) -> None:
        """Raise SignatureError unless the provider signed the raw bytes. Closed where nothing is configured."""
        raise SignatureError(f"{self.kind} takes no webhooks")

    def handshake(self, request: WebhookRequest) -> tuple[str, bytes] | None:
        """Answer a provider's GET challenge with (content type, body); None where the request is none."""
        return None

    def parse(self, event: RawEvent) -> list[InboundItem]:
        """Read one stored event. Pure and repeatable; raises ParseError on what can never be read."""
        raise NotImplementedError

    def event_key(self, event: RawEvent) -> bytes:
        """The 32 bytes that make storing the event twice harmless. A webhook's is the digest of its raw body."""
        return digest(event.body)

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        """Fetch one bounded chunk behind ``cursor``. Never parses; raises AdapterError."""
        raise AdapterError("not_supported", f"{self.kind} is not polled", permanent=True)

    def send(self, message: OutboundMessage) -> Receipt:
        """Send once. Raises AdapterError; ``is_uncertain`` where the provider may have taken it."""
        raise AdapterError("not_supported", f"{self.kind} cannot send", permanent=True)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        """The attachment with its bytes; called outside any transaction, size-capped. Raises AdapterError."""
        return attachment

    def check(self) -> list[Finding]:
        """Test the connection and say in words what works, what fails and what to do."""
        return []

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers the provider would send with this body (for tests and integrators)."""
        return {}

    def reply_body(self, event: RawEvent) -> tuple[str, bytes] | None:
        """The answer for providers that want one in the same request: (content type, body)."""
        return None

    def own_addresses(self) -> set[str]:
        """Normalised addresses that are this channel itself: mail from them is our own come back."""
        return set()

    @staticmethod
    def normalise_address(raw: str) -> str:
        """The stored form of a customer's address on this kind of channel."""
        return raw.strip()
