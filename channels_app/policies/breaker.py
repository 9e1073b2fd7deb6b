"""When a channel stops sending for a while: the provider asks for it, fails again and again, or refuses our credentials. Pure."""

from datetime import timedelta

FAILURES_BEFORE_PAUSE = 5
POLLS_BEFORE_STOP = 10
_FIRST_PAUSE_SECONDS = 30
_LONGEST_PAUSE_SECONDS = 600
# Wrong credentials do not mend themselves; still asked now and then, so that a channel comes back without anybody's help.
CREDENTIALS_PAUSE = timedelta(hours=1)
LONGEST_ASKED = timedelta(hours=24)


def sending_pause(*, failures: int, asked_seconds: float | None, is_refused: bool) -> timedelta:
    """How long nothing is sent after the ``failures``-th failure in a row; zero while single failures are nobody's pattern.

    ``asked_seconds`` is the provider's own wish (Retry-After) and counts for the whole channel, at most a day.
    ``is_refused``: our credentials were.
    """
    if is_refused:
        return CREDENTIALS_PAUSE
    asked = timedelta(seconds=max(0.0, asked_seconds or 0.0))
    if failures < FAILURES_BEFORE_PAUSE:
        return min(asked, LONGEST_ASKED)
    seconds = min(_FIRST_PAUSE_SECONDS * 2 ** min(failures - FAILURES_BEFORE_PAUSE, 10), _LONGEST_PAUSE_SECONDS)
    return min(max(asked, timedelta(seconds=seconds)), LONGEST_ASKED)


def is_half_open(*, failures: int) -> bool:
    """Whether only one message at a time may try, because the last ones failed."""
    return failures >= FAILURES_BEFORE_PAUSE
