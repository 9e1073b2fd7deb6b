"""What a vote is, and how long it may be given and changed. Pure."""

import enum
import re
from datetime import datetime, timedelta

from surveys.policies.scales import ONE_TO_TEN, SCALES, THUMBS, Scale

LOWEST, HIGHEST = 1, 10
LOW_SCORE = 6
TOP_SCORE = 9
LONGEST_COMMENT = 5000

_SCORE = re.compile(r"0|[1-9][0-9]?", re.ASCII)


class Door(enum.Enum):
    """What the customer may do with his link."""

    OPEN = "open"  # never answered, still in time
    CHANGE = "change"  # answered, may be changed
    USED = "used"  # answered, for good
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # was never asked


def read_score(raw: str, scale: Scale = SCALES[ONE_TO_TEN]) -> int | None:
    """The score on ``scale`` that this text is, in plain digits; None for everything else ("11", "7.5", "07", "٧", "")."""
    if not _SCORE.fullmatch(raw):
        return None
    score = int(raw)
    return score if score in scale.scores else None


def is_low(score: int) -> bool:
    """Whether somebody should look at once, on the scale of 1 to 10: 6 and below."""
    return score <= LOW_SCORE


def short_score(score: int, scale: Scale) -> str:
    """A score with what tells its scale from others: "9", "4/5", "NPS 9"; a thumb has no number and is ""."""
    if scale.key == THUMBS:
        return ""
    if not scale.is_satisfaction:
        return f"NPS {score}"
    return str(score) if scale.key == ONE_TO_TEN else f"{score}/{scale.highest}"


def vote_tone(score: int, scale: Scale, *, is_low: bool) -> str:
    """How a vote is to be taken: "low" is to be looked at, "top" is a very good one, "fair" lies between."""
    if is_low:
        return "low"
    return "top" if score >= scale.top else "fair"


def vote_code(score: int, scale: Scale, *, is_low: bool) -> str:
    """A vote as a ticket keeps it for lists: its tone and its short score, "low 4/5", "top 9", "top up"."""
    return f"{vote_tone(score, scale, is_low=is_low)} {short_score(score, scale) or ('up' if score else 'down')}"


def door(
    *, state: str, expires_at: datetime | None, answered_at: datetime | None, change_window: timedelta, at: datetime
) -> Door:
    """What the link of an invitation in ``state`` opens at ``at``. The window counts from the first answer."""
    if answered_at is not None:
        return Door.CHANGE if at < answered_at + change_window else Door.USED
    if state in ("expired", "suppressed"):
        return Door.EXPIRED
    if state != "sent":
        return Door.UNKNOWN
    return Door.EXPIRED if expires_at is not None and at >= expires_at else Door.OPEN
