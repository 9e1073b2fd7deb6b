"""What a vote is, and how long it may be given and changed. Pure."""

import enum
import re
from datetime import datetime, timedelta

LOWEST, HIGHEST = 1, 10
LOW_SCORE = 6
TOP_SCORE = 9
LONGEST_COMMENT = 5000

_SCORE = re.compile(r"10|[1-9]", re.ASCII)


class Door(enum.Enum):
    """What the customer may do with his link."""

    OPEN = "open"  # never answered, still in time
    CHANGE = "change"  # answered, may be changed
    USED = "used"  # answered, for good
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # was never asked


def read_score(raw: str) -> int | None:
    """The score that this text is, 1 to 10 in plain digits; None for everything else ("0", "11", "7.5", "٧", "")."""
    return int(raw) if _SCORE.fullmatch(raw) else None


def is_low(score: int) -> bool:
    """Whether somebody should look at once: 6 and below."""
    return score <= LOW_SCORE


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
