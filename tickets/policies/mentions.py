"""People named in an internal note: "@ana, can you look at this?". Pure."""

import re

MOST_MENTIONS = 20
# As Django lets user names be written; what stands before the sign tells a mail address from a name.
_MENTION = re.compile(r"(?<![\w.+@-])@([\w.+@-]{1,150})")


def find_mentions(text: str) -> list[str]:
    """The user names in the order of the text, each once, without the sign and without the point that ends a sentence."""
    found = (match.rstrip(".-+@") for match in _MENTION.findall(text[:100_000]))
    return [name for name in dict.fromkeys(found) if name][:MOST_MENTIONS]
