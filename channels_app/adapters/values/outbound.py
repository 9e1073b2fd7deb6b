"""What goes out: a message for the adapter, and what the provider says to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from channels_app.adapters.values.inbound import Address


@dataclass(frozen=True, kw_only=True)
class OutboundAttachment:
    """A file to send; ``open_content`` reads the bytes at the moment of sending."""

    name: str
    content_type: str
    size: int
    open_content: Callable[[], bytes]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class TemplateUse:
    """A template that the provider has approved, with its variables in the order of the template; ``names`` are theirs."""

    name: str
    language: str
    variables: Sequence[str] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button or a line of a list; ``payload`` comes back when the customer presses it."""

    payload: str
    title: str
    description: str = ""


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
    # What else the message is. ``in_reply_to`` is then the id of the message, comment or review that is answered.
    template: TemplateUse | None = None
    choices: Sequence[Choice] = ()
    is_public: bool = False
    # "location", "photo", "document", "phone" ...: the provider's own way of asking for it, where it has one.
    asks_for: str = ""
    # The free window is over and the channel's extended one is used (Messenger's tag for human agents).
    is_extended: bool = False
    # The latest message of the customer in this conversation: its time, and what the adapter kept of it (a reply token).
    answers_at: datetime | None = None
    answers_details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The provider took the message. ``refused`` maps a recipient's address to the provider's words of refusal."""

    external_id: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What fits into one message, said before sending.

    ``text`` is the most that a private text may hold, counted in ``unit`` ("characters", "utf16", "bytes"); ``public_text`` the same
    for public answers, in ``public_unit`` where that is given ("weighted": see ``weighted_length``). ``caption``: how much text may
    travel with one file; 0: text and files are messages of their own; ``caption_types``: the beginnings of media types that can have
    one. ``choice_text``: how long a text over buttons may be. ``files_apart``: every file is a message of its own. ``file_bytes`` maps
    a beginning of a media type to the most bytes of such a file, the longest match counts and "" is the rest; a type without a match is
    refused. ``choices``/``choice_title``: buttons.
    """

    text: int | None = None
    public_text: int | None = None
    unit: Literal["characters", "utf16", "bytes"] = "characters"
    public_unit: Literal["", "weighted"] = ""
    caption: int = 0
    caption_types: Sequence[str] = ("",)
    files_apart: bool = False
    file_bytes: Mapping[str, int] = field(default_factory=lambda: {"": 25 * 1024 * 1024})
    choices: int = 0
    choice_title: int = 20
    choice_text: int | None = None


@dataclass(frozen=True, kw_only=True)
class SendRate:
    """How many messages a provider takes of one channel in so many seconds."""

    messages: int
    seconds: int = 1
