"""Votes by telephone keys. Pure."""

import re

from surveys.policies.scales import ONE_TO_TEN, THUMBS, Scale


def most_keys(scale: Scale) -> int:
    """How many keys a score may have; two where somebody may press 1 and 0 for ten."""
    return 2 if scale.highest >= 10 else 1


def read_keys(digits: str, scale: Scale) -> int | None:
    """The score of the pressed keys: 1 to 9 and 0 for 10 on the scale of ten (1 and 0 is 10 as well), 1 for good and 2 for bad on the
    scale of thumbs; None for keys that are no score. "#" only ends the number.
    """
    keys = digits.rstrip("#")
    if not re.fullmatch(r"[0-9]{1,2}", keys):
        return None
    if scale.key == THUMBS:
        return {"1": 1, "2": 0}.get(keys)
    score = 10 if scale.key == ONE_TO_TEN and keys == "0" else int(keys)
    return score if score in scale.scores else None
