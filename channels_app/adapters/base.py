"""The adapter contract: what a channel must say and do.

An adapter knows wire formats and nothing of tickets. The values it takes and gives stand in ``values.py`` and can be
imported from here.
"""

import enum
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from channels_app.adapters.values import (
    Address,
    CallReceived,
    ChannelConfig,
    Choice,
    DeliveryUpdate,
    Finding,
    HandedOver,
    IdentityChanged,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    Limits,
    MessageChanged,
    OutboundAttachment,
    OutboundMessage,
    PollResult,
    RawEvent,
    ReachChanged,
    Receipt,
    ReviewReceived,
    SendRate,
    SimulatedCall,
    SimulatedTurn,
    Template,
    TemplateChanged,
    TemplateUse,
    WebhookRequest,
    digest,
)
from helpdesk.common.errors import AdapterError, ParseError, SignatureError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from channels_app.forms import ChannelConfigForm

__all__ = [
    "AdapterError",
    "Address",
    "CallReceived",
    "Can",
    "ChannelAdapter",
    "ChannelConfig",
    "Choice",
    "DeliveryUpdate",
    "Finding",
    "HandedOver",
    "IdentityChanged",
    "Ignored",
    "InboundAttachment",
    "InboundItem",
    "InboundMessage",
    "Limits",
    "MessageChanged",
    "OutboundAttachment",
    "OutboundMessage",
    "ParseError",
    "PollResult",
    "RawEvent",
    "ReachChanged",
    "Receipt",
    "ReviewReceived",
    "SendRate",
    "SignatureError",
    "SimulatedCall",
    "SimulatedTurn",
    "Template",
    "TemplateChanged",
    "TemplateUse",
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
    TEMPLATES = enum.auto()  # messages that the provider has approved, also outside the window
    CHOICES = enum.auto()  # buttons or lists under a message
    PUBLIC = enum.auto()  # public answers to public messages
    PRIVATE_REPLY = enum.auto()  # a private answer to a public message
    LIVE = enum.auto()  # the customer sees answers and typing at once


class ChannelAdapter:
    """One kind of channel. Subclasses set the class attributes and override what ``can`` promises.

    ``parse`` is pure. ``poll``, ``send`` and ``check`` talk to the provider and are never called inside a transaction.
    """

    kind: ClassVar[str]
    label: ClassVar["str | _StrPromise"]
    identity_kind: ClassVar[str]
    can: ClassVar[Can] = Can.NOTHING
    config_form: "ClassVar[type[ChannelConfigForm]]"
    icon: ClassVar[str] = "message-circle"
    # What this kind is for, and honestly what it needs (an account, a review by the provider, money).
    summary: ClassVar["str | _StrPromise"] = ""
    other_identity_kinds: "ClassVar[Mapping[str, str | _StrPromise]]" = {}
    vouches_for_senders: ClassVar[bool] = (
        True  # False: anybody can write any sender (mail), so an address proves little
    )
    is_threaded: ClassVar[bool] = False  # True: a conversation per thread (mail); False: one per identity and channel
    limits: ClassVar[Limits] = Limits()
    send_rate: ClassVar[SendRate | None] = None  # what the provider publishes; None: its refusals say enough
    # The name of the admin's page that helps to set it up outside; it is given the channel's key. Empty: there is none.
    setup_route: ClassVar[str] = ""
    signs_body: ClassVar[bool] = True  # False: the provider proves itself by a secret that says nothing of the body
    # How long after the customer's last message one may write freely, and how long a person may beyond that; None: always.
    messaging_window: ClassVar[timedelta | None] = None
    extended_window: ClassVar[timedelta | None] = None

    # What the provider itself can ask a customer for ("location"): ``OutboundMessage.asks_for`` is one of these or empty.
    asks_for: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, channel: ChannelConfig) -> None:
        self.channel = channel

    @property
    def is_polled(self) -> bool:
        """Whether this channel is to be asked for news; answers from the configuration alone."""
        return Can.POLL in self.can

    @property
    def webhook_url(self) -> str:
        """The public address of this channel's webhook, without a query."""
        return f"{self.channel.site_url.rstrip('/')}/hooks/{self.kind}/{self.channel.uuid}/"

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

    def after_stored(self, events: Sequence[RawEvent]) -> None:
        """Told after the commit which polled events are safe, to mark or move them at the provider. Raises AdapterError."""

    def fetch_whole(self, event: RawEvent) -> RawEvent:
        """The whole of an event that was stored in part because of its size. Raises AdapterError."""
        raise AdapterError("not_supported", f"{self.kind} has nothing more of this event", permanent=True)

    def close(self) -> None:
        """Let go of connections that ``poll`` has left open for its next chunk."""

    def send(self, message: OutboundMessage) -> Receipt:
        """Send once. Raises AdapterError; ``is_uncertain`` where the provider may have taken it.

        Where ``can`` has PRIVATE_REPLY and ``answers_details["private_reply_to"]`` is the id of a public comment, a private message
        is sent as the private answer to that comment. ``Receipt.details["recipient_id"]`` is then the person's private address,
        under which he will answer.
        """
        raise AdapterError("not_supported", f"{self.kind} cannot send", permanent=True)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        """The attachment with its bytes; called outside any transaction, size-capped. Raises AdapterError."""
        return attachment

    def complete(self, item: InboundItem) -> InboundItem:
        """The item with what the webhook left out (the sender's name, the post a comment stands under), read from the provider.

        Called outside any transaction before an item is filed, never in a trial. What is only nice to know is kept for a while and
        fails softly; AdapterError is raised for what the item makes no sense without.
        """
        return item

    def check(self) -> list[Finding]:
        """Test the connection and say in words what works, what fails and what to do."""
        return []

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers the provider would send with this body (for tests and integrators)."""
        return {}

    def sign_query(self, body: bytes) -> dict[str, str]:
        """What the provider would add to the address with this body, where it signs there."""
        return {}

    def sync_templates(self) -> list[Template]:
        """Every template of the account, where ``can`` has TEMPLATES. Raises AdapterError."""
        return []

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        """What the provider would deliver for this turn; None where the kind has no such thing."""
        return None

    def describe_text(self, text: str) -> str:
        """What a person should know of a text before it is sent (how many messages it is billed as); empty: nothing."""
        return ""

    def public_link(self) -> str:
        """The address under which customers reach this channel (https://wa.me/..., mailto:..., tel:...); empty: there is none."""
        return ""

    def reply_body(self, event: RawEvent) -> tuple[str, bytes] | None:
        """The answer for providers that want one in the same request: (content type, body)."""
        return None

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        """The id under which a message of ours will be known, where we choose it (mail); else empty."""
        return ""

    def own_addresses(self) -> set[str]:
        """Normalised addresses that are this channel itself: mail from them is our own come back."""
        return set()

    @staticmethod
    def normalise_address(raw: str) -> str:
        """The stored form of a customer's address on this kind of channel."""
        return raw.strip()
