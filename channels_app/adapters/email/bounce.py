"""Returned mails, delays and receipts: what became of a mail of ours."""

from channels_app.adapters.base import InboundItem
from channels_app.adapters.email.mime import Part


def read_report(root: Part, text: str, *, key: bytes, own_addresses: frozenset[str]) -> list[InboundItem] | None:
    """The items of a report, or None where the mail is none."""
    return None
