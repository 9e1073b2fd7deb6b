"""Business time: 100,000 computations at moments of a whole year, each way, in a week with lunch breaks and holidays."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from zoneinfo import ZoneInfo

from bench.table import Row
from tickets.policies.business_time import Week, add_business_seconds, business_seconds_between
from tickets.selectors.public_holidays import PublicCalendar

COMPUTATIONS = 100_000
MOST_SECONDS = 2.0
_YEAR_SECONDS = 365 * 86_400
# From minutes to some weeks of opening hours, as time limits are.
_LIMITS = (900, 3_600, 14_400, 28_800, 144_000, 576_000, -3_600)


def rows() -> list[Row]:
    """Seconds for adding to a moment, and for counting between two moments up to a year apart; the first one works the year out."""
    draw = random.Random(4)
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [begins + timedelta(seconds=draw.uniform(0, _YEAR_SECONDS)) for _number in range(COMPUTATIONS)]
    limits = [draw.choice(_LIMITS) for _number in range(COMPUTATIONS)]
    others = draw.sample(moments, COMPUTATIONS)
    return [
        _row("added", _week(minutes=1), partial(_added, moments, limits)),
        _row("counted between", _week(minutes=2), partial(_counted, moments, others)),
    ]


def _added(moments: Sequence[datetime], limits: Sequence[int], week: Week) -> int:
    due = [add_business_seconds(week, at=at, seconds=seconds) for at, seconds in zip(moments, limits, strict=True)]
    return sum(moment is not None for moment in due)


def _counted(moments: Sequence[datetime], others: Sequence[datetime], week: Week) -> int:
    return len([business_seconds_between(week, start=a, end=b) for a, b in zip(moments, others, strict=True)])


def _row(name: str, week: Week, run: Callable[[Week], int]) -> Row:
    began, started = time.perf_counter(), time.process_time()
    found = run(week)
    passed, elapsed = time.process_time() - started, time.perf_counter() - began
    return Row(
        job=f"{COMPUTATIONS:,} business times over a year, {name}",
        ours=f"{passed:.2f} s CPU ({elapsed:.2f} s)",
        floor=f"<= {MOST_SECONDS:g} s",
        met=passed <= MOST_SECONDS and found == COMPUTATIONS,
    )


def _week(*, minutes: int) -> Week:
    """Nobody else's week, so that nothing of it has been worked out yet."""
    day = [(clock(8, minutes), clock(12)), (clock(13), clock(17, 30))]
    calendar = PublicCalendar(country="DE", region="BY")
    return Week(zone=ZoneInfo("Europe/Berlin"), spans=dict.fromkeys(range(5), day), calendar=calendar)
