"""Addresses in their stored form, kind by kind."""

from django.utils.translation import gettext as _

from channels_app.adapters.base import Address
from channels_app.models import Channel
from channels_app.registry import adapter_class, kinds
from helpdesk.common.errors import InvalidInput
from helpdesk.common.phones import normalise_phone
from helpdesk.common.text import clean_text, normalise_email, one_line
from helpdesk.core.services import read_site_settings

# Kinds whose addresses mean the same person on every channel; elsewhere an address belongs to one channel.
GLOBAL_KINDS = frozenset({"email", "phone"})
MOST_CHARACTERS = 320


def country_of(channel: Channel | None) -> str:
    """The country that numbers without a country code belong to: the channel's own, else the site's; may be empty."""
    own = (channel.config or {}).get("default_country") if channel is not None else None
    return own if isinstance(own, str) and own else read_site_settings().default_country


def normalised(kind: str, raw: str, *, channel: Channel | None = None) -> str:
    """The stored form of an address that somebody typed; empty where it is none of that kind.

    Telephone numbers become E.164, mail addresses are folded, other kinds are what their adapter makes of them. Raises
    InvalidInput for a kind that no channel has.
    """
    if kind == "phone":
        return normalise_phone(raw, country="" if raw.lstrip().startswith("+") else country_of(channel))
    if kind == "email":
        return normalise_email(raw)[:MOST_CHARACTERS]
    adapter = next((adapter_class(k) for k in kinds() if adapter_class(k).identity_kind == kind), None)
    if adapter is None and not any(kind in adapter_class(k).other_identity_kinds for k in kinds()):
        text = _("There is no kind of address “%(kind)s”.") % {"kind": kind}
        raise InvalidInput("unknown_kind", text, fields={"kind": "unknown"})
    return (adapter.normalise_address(raw) if adapter is not None else raw.strip())[:MOST_CHARACTERS]


def stored_address(kind: str, sender: Address, channel: Channel) -> str:
    """The address of an item as it is stored. Adapters normalise; a telephone number that is no E.164 yet becomes it here."""
    address = sender.address[:MOST_CHARACTERS]
    if kind == "phone" and not address.startswith("+"):
        # A short code or a word as the sender of a text message is no number, and stays what it is.
        return normalise_phone(address, country=country_of(channel)) or address
    return address


def written_address(sender: Address) -> str:
    """The address as it was written, without the name beside it."""
    raw = one_line(clean_text(sender.raw or sender.address)).strip()
    _name, opening, rest = raw.rpartition("<")
    return (rest.partition(">")[0].strip() if opening and ">" in rest else raw)[:MOST_CHARACTERS]


def shown_name(sender: Address, address: str) -> str:
    """What people read: the name that came along, else the address without its domain; at most 200 characters."""
    return (one_line(clean_text(sender.name)) or address.partition("@")[0])[:200]
