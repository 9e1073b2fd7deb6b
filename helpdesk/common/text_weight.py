"""How long a text is for networks with short posts: letters of most scripts count one, everything else two, links a fixed length.

The rule is that of twitter-text, configuration v3: https://docs.x.com/fundamentals/counting-characters
"""

import re
import unicodedata

LINK_WEIGHT = 23
_LINK = re.compile(
    r"https?://[^\s<>\"]+|(?<![\w@.])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:com|org|net|info|biz|edu|gov|io|co|app|dev|shop|"
    r"store|online|de|es|fr|it|uk|eu|nl|pl|pt|ch|at|se|no|dk|fi|ru|jp|cn|br|mx|ar|in|us|ca|au)(?![a-z0-9-])(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}'\""
# Emoji are two however many code points they are made of: modifiers, joiners, selectors, tags, flags of two letters.
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u27bf\u2934-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
    "(?:\u200d[\u2640-\u27bf\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def weighted_length(text: str) -> int:
    """The length of a post as the network counts it, after normalisation to NFC."""
    text = unicodedata.normalize("NFC", text)
    length, position = 0, 0
    for match in _LINK.finditer(text):
        end = match.start() + len(match.group().rstrip(_TRAILING))
        length += _weigh(text[position : match.start()]) + LINK_WEIGHT
        position = end
    return length + _weigh(text[position:])


def _weigh(text: str) -> int:
    plain, count = _EMOJI.subn("", text)
    return 2 * count + sum(1 if any(low <= ord(char) <= high for low, high in _SINGLE) else 2 for char in plain)
