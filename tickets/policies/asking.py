"""What a customer can be asked for, what may be handed in, and what counts as an answer. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MOST_FILES = 10
# Types by what their first bytes prove. No SVG, no HTML, nothing that runs.
PICTURES = frozenset({
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif", "image/avif", "image/bmp", "image/tiff",
})  # fmt: skip
DOCUMENTS = frozenset({
    "application/pdf", "application/rtf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "text/plain", "text/csv",
})  # fmt: skip
VIDEOS = frozenset({"video/mp4", "video/quicktime", "video/webm"})
ACCEPTED = {"photo": PICTURES | VIDEOS, "document": PICTURES | DOCUMENTS}
# An order number is one word of letters, digits and dashes with two digits at least. A year alone is none.
_WORD = re.compile(r"[\w-]+")
_ORDER_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,29}")
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_accepted(kind: str, content_type: str) -> bool:
    """Whether a file of this proven type may be handed in for what was asked."""
    return content_type in ACCEPTED.get(kind, frozenset())


def answers_request(kind: str, *, text: str, content_types: Sequence[str], details: Mapping[str, Any]) -> bool:
    """Whether a customer's message brings what he was asked for."""
    match kind:
        case "photo":
            return any(is_accepted("photo", content_type) for content_type in content_types)
        case "document":
            return bool(content_types)
        case "location":
            return "location" in details
        case "order_number":
            return "order" in details or has_order_number(text)
        case _:
            return bool(text.strip() or content_types or details)


def has_order_number(text: str) -> bool:
    """Whether something in the text looks like an order number."""
    words = (found[0] for found in _WORD.finditer(text[:10_000]))
    return any(
        _ORDER_NUMBER.fullmatch(word) and sum(letter.isdigit() for letter in word) >= 2 and not _YEAR.fullmatch(word)
        for word in words
    )
