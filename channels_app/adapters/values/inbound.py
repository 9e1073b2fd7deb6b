"""What comes in: items as adapters read them from the providers' bytes."""

import hashlib
from collections.abc import Mapping, Sequence
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
    """Who. ``address`` is normalised (see ``normalise_address`` of the adapter), ``raw`` is as it was written.

    ``kind`` names the kind of identity where it is not the adapter's own (one of its ``other_identity_kinds``).
    """

    address: str
    name: str = ""
    raw: str = ""
    kind: str = ""


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
    source: Literal["webhook", "poll", "smtp", "cli", "trial"] = "cli"
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
    ``aliases`` are further addresses of the sender that the provider itself vouches for (a phone number beside a business-scoped id).
    ``is_public``: everybody can read it (a comment, a mention). ``is_standby``: another application is answering at the provider;
    kept, and no clock runs. ``details`` holds what is no text, by name (see ``docs/adding-a-channel.md``): location, contacts,
    referral, order, story, sticker, post ...
    """

    sender: Address
    aliases: Sequence[Address] = ()
    is_public: bool = False
    is_standby: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)
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
    # A watermark instead of an id: everything that was sent to ``recipient`` until then.
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IdentityChanged(InboundItem):
    """The provider says that one person now writes under another address (a changed phone number)."""

    old: Address
    new: Address


@dataclass(frozen=True, kw_only=True)
class ReachChanged(InboundItem):
    """A person may no longer be written to here, or may be again; ``reason`` is a word ("stop", "unfollow", "blocked")."""

    sender: Address
    is_reachable: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class HandedOver(InboundItem):
    """Another application at the provider (a bot) has handed the thread with ``sender`` over to us."""

    sender: Address


@dataclass(frozen=True, kw_only=True)
class TemplateChanged(InboundItem):
    """The provider decided on a message template. ``external_id`` is the template's id there."""

    name: str
    language: str
    status: Literal["approved", "pending", "rejected", "paused", "disabled"]
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewReceived(InboundItem):
    """A public review as it stands now. ``external_id`` is the review's own id and stays through edits.

    ``rating`` is what the author gave on ``scale`` (its best value; a recommendation is 1 or 0 of 1), None where he gave none.
    ``edited_at`` is part of the dedup key, so that an edit is a new item. ``reply`` is our own public answer where one stands there.
    """

    author: Address
    rating: float | None = None
    scale: int = 5
    title: str = ""
    text: str = ""
    url: str = ""
    language: str = ""
    edited_at: datetime | None = None
    is_deleted: bool = False
    reply: str = ""
    attachments: Sequence[InboundAttachment] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CallReceived(InboundItem):
    """One step of a phone call. ``external_id`` is the call's id, the same through all its steps.

    ``step`` is what happened; ``details`` holds what belongs to it (digits, speech, recording URL, seconds, agent's number).
    """

    caller: Address
    called: str = ""
    step: Literal[
        "ringing",
        "menu",
        "queued",
        "answered",
        "held",
        "resumed",
        "ended",
        "recorded",
        "voicemail",
        "transcribed",
        "failed",
    ]
    details: Mapping[str, Any] = field(default_factory=dict)
    attachments: Sequence[InboundAttachment] = ()


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
