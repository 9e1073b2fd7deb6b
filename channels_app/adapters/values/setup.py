"""What a channel is set up with, and what is asked or tried there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of "Test connection": what was tried, whether it works, and what to do when it does not."""

    is_ok: bool
    what: str
    advice: str = ""
    # When a credential ends, where the provider says so: the channel warns 14 days before.
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Template:
    """A message template as the provider knows it; ``variables`` are those of ``body``, {{1}} or {{name}}, in their order."""

    external_id: str = ""
    name: str
    language: str
    category: str = ""
    body: str
    variables: Sequence[str] = ()
    status: Literal["approved", "pending", "rejected", "paused", "disabled"] = "approved"
    reason: str = ""


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
    site_url: str = ""

    def secret_list(self, name: str) -> list[str]:
        """The live values of a secret, newest first, so that it can be changed without a gap; an empty one opens nothing."""
        stored = self.secrets.get(name)
        values = stored if isinstance(stored, (list, tuple)) else [stored]
        return [value for value in values if isinstance(value, str) and value]


@dataclass(frozen=True, kw_only=True)
class SimulatedTurn:
    """What a made-up customer does next. ``person`` numbers him; ``serial`` makes ids that never repeat.

    ``act``: "text", "image", "location", "voice", "comment", "review", "call"; "delivered" and "read" report on our message
    ``status_of`` (its external id).
    """

    act: str = "text"
    person: int
    name: str
    text: str = ""
    serial: int
    at: datetime
    status_of: str = ""


@dataclass(frozen=True, kw_only=True)
class SimulatedCall:
    """What the provider would deliver for a turn: the raw body; headers and query beside the signature's."""

    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
