"""Counting the processor's time: ours and that of the PostgreSQL process that works for us.

Other work on the machine disturbs wall time far more than the time that the processor spends on us, so ratios are made of the latter.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

PAIRS = 5


class Meter:
    """``with Meter(pid) as meter: ...`` then ``meter.cpu`` and ``meter.wall`` in seconds."""

    def __init__(self, *backends: int) -> None:
        self._backends = backends
        self.cpu = self.wall = 0.0

    def __enter__(self) -> "Meter":
        self._cpu, self._wall = self._spent(), time.perf_counter()
        return self

    def __exit__(self, *exception: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = self._spent() - self._cpu

    def _spent(self) -> float:
        return time.process_time() + sum(_process_seconds(pid) for pid in self._backends)


def backend_pid() -> int:
    """The PostgreSQL process behind Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _process_seconds(pid: int) -> float:
    """Processor time of another process; 0 where it runs on another machine and cannot be seen."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Milliseconds of processor time per operation, medians over the pairs. ``ratio`` is ours / reference, pair by pair."""

    ours_ms: float
    reference_ms: float
    ours_wall_ms: float
    ratio: float


def compare(
    *, reference: Callable[[], int], ours: Callable[[], int], backends: tuple[int, int], pairs: int = PAIRS
) -> Compared:
    """Run both in turn; each call does some operations and says how many. ``backends``: of the reference, and ours."""
    measured = []
    for _number in range(pairs):
        measured.append((_per_operation(reference, backends[0]), _per_operation(ours, backends[1])))
    return Compared(
        ours_ms=statistics.median(our.cpu for _ref, our in measured) * 1000,
        reference_ms=statistics.median(ref.cpu for ref, _our in measured) * 1000,
        ours_wall_ms=statistics.median(our.wall for _ref, our in measured) * 1000,
        ratio=statistics.median(our.cpu / ref.cpu for ref, our in measured),
    )


def _per_operation(work: Callable[[], int], backend: int) -> Meter:
    with Meter(backend) as meter:
        count = work()
    meter.cpu, meter.wall = max(meter.cpu, 1e-9) / count, meter.wall / count
    return meter
