"""X's texts as their authors wrote them: unescaped exactly once, short links made long, links to attached pictures dropped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ESCAPED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'"}
_ESCAPE = re.compile("|".join(map(re.escape, _ESCAPED)))
_OWN_MEDIA = re.compile(
    r"https?://(?:[\w-]+\.)?(?:twitter|x)\.com/(?:.+/(?:photo|video)/\d+|messages/media/.+)", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class ShortLink:
    """A t.co address in a text and where it leads."""

    short: str
    full: str
    is_medium: bool = False


def readable_text(text: str, links: Sequence[ShortLink], *, has_files: bool) -> str:
    """The text without escapes and with full addresses; what a full address holds is never read again."""
    plain = _ESCAPE.sub(lambda match: _ESCAPED[match.group()], text)
    targets = {link.short: _target(link, has_files) for link in links if link.short}
    if not targets:
        return plain
    # The longer one first, should one short address begin like another.
    pattern = "|".join(re.escape(short) for short in sorted(targets, key=len, reverse=True))
    expanded = re.sub(pattern, lambda match: targets[match.group()], plain)
    return expanded.strip() if has_files else expanded


def _target(link: ShortLink, has_files: bool) -> str:
    if has_files and (link.is_medium or _OWN_MEDIA.match(link.full)):
        return ""
    return link.full or link.short
