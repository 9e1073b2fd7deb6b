"""A prepared text as one customer would read it: the right wording with his values, and what is to be said before it is sent."""

import zoneinfo
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.core.services import read_site_settings
from tickets.models import Conversation, Customer, CustomerEvent, QuickReply, Ticket
from tickets.policies.outgoing import find_misfits
from tickets.policies.person_names import first_name
from tickets.policies.placeholders import (
    CRM_PREFIX,
    EVENT_PREFIX,
    Filled,
    fill_placeholders,
    greeting,
    placeholders_in,
    written_date,
)
from tickets.policies.reply_variants import Variant, choose_variant, speaks


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """``text`` with ``missing`` values shown as "{{ name }}", which no answer may leave with.

    ``language`` is the text's ("" for any) and ``wanted_language`` the customer's. ``limit``: the most that the channel takes, where the
    text is longer; None where it fits. ``is_stale``: the source has changed since this wording was written.
    """

    text: str
    missing: tuple[str, ...]
    language: str
    wanted_language: str
    channel_kind: str
    variant_id: int | None
    is_stale: bool
    limit: int | None
    length: int

    @property
    def is_too_long(self) -> bool:
        """Whether the channel refuses the text as it is."""
        return self.limit is not None

    @property
    def is_in_other_language(self) -> bool:
        """Whether the customer is known to speak another language."""
        return not speaks(self.language, self.wanted_language)


@dataclass(kw_only=True)
class Reading:
    """For whom texts are rendered; one of these serves any number of texts. Without a ticket its values are missing."""

    ticket: Ticket | None = None
    conversation: Conversation | None = None
    agent: Any = None
    given_channel: Channel | None = None
    at: datetime | None = None

    @cached_property
    def language(self) -> str:
        """The customer's language: of the ticket, else his own, else the site's."""
        known = (self.ticket.language or self.ticket.customer.language) if self.ticket is not None else ""
        return known or read_site_settings().default_language

    @property
    def channel(self) -> Channel | None:
        """The channel that the answer goes through."""
        if self.given_channel is not None:
            return self.given_channel
        return self.conversation.channel if self.conversation else self.ticket.channel if self.ticket else None

    @property
    def customer(self) -> Customer | None:
        """Who reads the answer."""
        return self.ticket.customer if self.ticket is not None else None

    @cached_property
    def local_time(self) -> datetime:
        """The time where the customer is, the site's where nobody knows."""
        names = [self.customer.time_zone if self.customer else "", read_site_settings().time_zone, "UTC"]
        for name in filter(None, names):
            try:
                return (self.at or now()).astimezone(zoneinfo.ZoneInfo(name))
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                continue
        return self.at or now()

    @cached_property
    def events(self) -> dict[str, CustomerEvent | None]:
        """The customer's newest event of each kind that was asked for."""
        return {}

    def event(self, kind: str) -> CustomerEvent | None:
        """The customer's newest event of a kind."""
        if kind not in self.events:
            theirs = CustomerEvent.objects.filter(customer=self.customer, kind=kind) if self.customer else None
            self.events[kind] = theirs.order_by("-occurred_at", "-id").first() if theirs is not None else None
        return self.events[kind]


def render_quick_reply(quick_reply: QuickReply, reading: Reading) -> Rendered:
    """The wording for this customer and channel, filled in. Reads ``quick_reply.variants``: prefetch them for many."""
    channel = reading.channel
    source = Variant(key=None, language=quick_reply.language, channel_kind="", text=quick_reply.text)
    variants = [
        Variant(
            key=variant.pk,
            language=variant.language,
            channel_kind=variant.channel_kind,
            text=variant.text,
            is_stale=variant.source_version < quick_reply.version,
        )
        for variant in quick_reply.variants.all()
    ]
    kind = channel.kind if channel is not None else ""
    chosen = choose_variant(source, variants, language=reading.language, channel_kind=kind)
    language = chosen.language or quick_reply.language
    filled = fill_text(chosen.text, reading, language)
    limit, length = _limit(channel, reading, filled.text)
    return Rendered(
        text=filled.text,
        missing=filled.missing,
        language=language,
        wanted_language=reading.language,
        channel_kind=chosen.channel_kind,
        variant_id=chosen.key,
        is_stale=chosen.is_stale,
        limit=limit,
        length=length,
    )


def fill_text(text: str, reading: Reading, language: str) -> Filled:
    """A text in ``language`` ("" for the reader's) with the reader's values."""
    return fill_placeholders(text, values_for(text, reading, language or reading.language))


def _limit(channel: Channel | None, reading: Reading, text: str) -> tuple[int | None, int]:
    if channel is None:
        return None, len(text)
    is_public = reading.conversation is not None and reading.conversation.visibility == Conversation.Visibility.PUBLIC
    try:
        limits = adapter_class(channel.kind).limits
    except InvalidInput:
        return None, len(text)
    misfit = next(iter(find_misfits(limits=limits, text=text, is_public=is_public)), None)
    return (misfit.limit, int(misfit.given)) if misfit is not None else (None, len(text))


def values_for(text: str, reading: Reading, language: str) -> dict[str, str]:
    """The values of the placeholders that a text has; what nobody knows is left out."""
    names = {place.name for place in placeholders_in(text)}
    found = {name: _value(name, reading, language) for name in names}
    return {name: value for name, value in found.items() if value}


def _value(name: str, reading: Reading, language: str) -> str:
    if name.startswith(CRM_PREFIX):
        return _attribute(reading.customer, name.removeprefix(CRM_PREFIX).strip())
    if name.startswith(EVENT_PREFIX):
        kind, _dot, part = name.removeprefix(EVENT_PREFIX).rpartition(".")
        event = reading.event(kind)
        return _EVENT_PARTS[part](event, language) if event is not None and part in _EVENT_PARTS else ""
    known = _VALUES.get(name)
    return known(reading, language) if known is not None else ""


def _attribute(customer: Customer | None, key: str) -> str:
    attributes = customer.attributes if customer is not None else {}
    if key not in attributes:
        key = next((name for name in attributes if name.casefold() == key.casefold()), key)
    value = attributes.get(key)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _amount(event: CustomerEvent, language: str) -> str:
    return f"{event.amount} {event.currency}".strip() if event.amount is not None else ""


_EVENT_PARTS: dict[str, Callable[[CustomerEvent, str], str]] = {
    "title": lambda event, language: event.title,
    "date": lambda event, language: written_date(event.occurred_at.date(), language),
    "amount": _amount,
    "number": lambda event, language: event.external_id,
}


def _customer_name(reading: Reading, language: str) -> str:
    """The name that the customer has; his address is none."""
    names = [reading.customer.name if reading.customer else ""]
    if reading.conversation is not None:
        names.append(reading.conversation.identity.display_name)
    return next((name for name in names if first_name(name) or _is_family_name(name)), "")


def _is_family_name(name: str) -> bool:
    return " " in name.strip() and "@" not in name and any(letter.isalpha() for letter in name)


def _ticket_value(column: Callable[[Ticket], Any]) -> Callable[[Reading, str], str]:
    return lambda reading, language: str(column(reading.ticket)) if reading.ticket is not None else ""


def _opened_on(reading: Reading, language: str) -> str:
    if reading.ticket is None:
        return ""
    return written_date(reading.ticket.opened_at.astimezone(reading.local_time.tzinfo).date(), language)


def _day(days: int) -> Callable[[Reading, str], str]:
    return lambda reading, language: written_date(reading.local_time.date() + timedelta(days=days), language)


_VALUES: dict[str, Callable[[Reading, str], str]] = {
    "customer.name": _customer_name,
    "customer.first_name": lambda reading, language: first_name(_customer_name(reading, language)),
    "customer.organization": lambda reading, language: (
        reading.customer.organization.name if reading.customer and reading.customer.organization else ""
    ),
    "ticket.number": _ticket_value(lambda ticket: ticket.number),
    "ticket.subject": _ticket_value(lambda ticket: ticket.subject),
    "ticket.opened_on": _opened_on,
    "agent.name": lambda reading, language: reading.agent.display_name if reading.agent is not None else "",
    "agent.first_name": lambda reading, language: (
        (reading.agent.first_name or first_name(reading.agent.display_name)) if reading.agent is not None else ""
    ),
    "brand.name": lambda reading, language: reading.channel.brand.name if reading.channel else "",
    "brand.site_url": lambda reading, language: reading.channel.brand.site_url if reading.channel else "",
    "channel.name": lambda reading, language: reading.channel.name if reading.channel else "",
    "date.today": _day(0),
    "date.tomorrow": _day(1),
    "greeting": lambda reading, language: greeting(reading.local_time.hour, language),
}


def render_all(quick_replies: Iterable[QuickReply], reading: Reading) -> list[tuple[QuickReply, Rendered]]:
    """Each with what the customer would read."""
    return [(quick_reply, render_quick_reply(quick_reply, reading)) for quick_reply in quick_replies]
