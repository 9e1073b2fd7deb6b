"""How many text messages a text is: GSM-7 with its extension table, or UCS-2. Pure.

3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): 160 septets or 70 UTF-16 units in a single message; of several each has
room for 153 or 67, because the header that joins them takes the rest. A character of the extension table is two septets, a character
beyond the basic plane two units, and neither is cut in half at the end of a message.
"""

from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, kw_only=True)
class Segments:
    """``units`` are septets or UTF-16 units; ``left`` is what still fits into the last message; ``special`` are the characters
    that made the text UCS-2, each once, in their order.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    count: int
    units: int
    left: int
    special: tuple[str, ...] = ()


def count_segments(text: str) -> Segments:
    """The messages that a carrier bills for this text; an empty one is none."""
    special = tuple(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENDED))
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if special else "GSM-7"
    widths = [_width(char, encoding) for char in text]
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return Segments(
            encoding=encoding, count=1 if units else 0, units=units, left=_SINGLE[encoding] - units, special=special
        )
    room = _JOINED[encoding]
    count, used = 1, 0
    for width in widths:
        if used + width > room:
            count, used = count + 1, 0
        used += width
    return Segments(encoding=encoding, count=count, units=units, left=room - used, special=special)


def _width(char: str, encoding: str) -> int:
    if encoding == "GSM-7":
        return 2 if char in _EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1
