"""What becomes of outgoing messages: ranks of states, retry times. Pure."""

from datetime import timedelta

RANK = {"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5}
FINAL = ("sent", "delivered", "read", "failed", "unknown", "cancelled")
GIVE_UP_AFTER = timedelta(hours=48)
# The code of files that did not leave because the text they belong to did not.
ANSWER_FAILED = "answer_failed"
_FIRST_RETRY_SECONDS = 15
_LONGEST_RETRY_SECONDS = 3600


def is_progress(*, old: str, new: str) -> bool:
    """Whether a reported state may replace the stored one: forward only; failed never overrides read, nor does a cancelled rise."""
    if old == "cancelled":
        return False
    if new == "failed":
        return old not in ("read", "failed")
    if old == "failed":
        return new in ("delivered", "read")
    return RANK[new] > RANK[old]


def retry_delay(*, attempts: int, asked_seconds: float | None) -> timedelta:
    """How long to wait after the ``attempts``-th try failed: doubling from 15 s to an hour, or longer when the provider asks."""
    seconds = min(_FIRST_RETRY_SECONDS * 2 ** max(0, attempts - 1), _LONGEST_RETRY_SECONDS)
    return timedelta(seconds=max(seconds, asked_seconds or 0))
