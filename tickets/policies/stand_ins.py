"""What lists show of a message without words: a place, a voice message, a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _


def stand_in(details: Mapping[str, Any], file_types: Sequence[str]) -> str:
    """A word or two for what a message holds; "" where it holds nothing that has a name."""
    if details.get("location"):
        return _("Location")
    if details.get("contacts"):
        return _("Contact card")
    if details.get("order"):
        return _("Order")
    if details.get("sticker"):
        return _("Sticker")
    if details.get("is_voice"):
        return _("Voice message")
    if details.get("story"):
        return _("Story")
    if details.get("unsupported"):
        return _("A message of a type that cannot be shown")
    family = file_types[0].partition("/")[0] if file_types else ""
    words = {"image": _("Picture"), "audio": _("Recording"), "video": _("Video")}
    return words.get(family, _("File") if family else "")
