from collections.abc import Callable
from typing import Any

from reporting.metrics import METRICS
from reporting.metrics.question import Question

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["resolution"]


def test_unresolved_cases_are_shown_and_not_averaged(make_fact: Make, ask: Ask) -> None:
    make_fact(60, resolution_seconds=600, first_resolution_seconds=600)
    make_fact(60, resolution_seconds=7200, first_resolution_seconds=1800, reopen_count=1)
    # Open again.
    make_fact(60, first_resolution_seconds=9999, reopen_count=1)
    (row,) = METRIC.rows(ask())
    shown = [row.values[name] for name in ("count", "mean", "median", "first_median", "reopened", "unresolved")]
    assert shown == [2, 3900.0, 3900.0, 1200.0, 1, 1]
    counts = {name: METRIC.tickets(ask(subset=name)).count() for name in METRIC.subsets}
    assert counts == {"resolved": 2, "reopened": 1, "unresolved": 1}


def test_nothing_resolved_is_unknown_and_not_nought(make_fact: Make, ask: Ask) -> None:
    make_fact(60)
    (row,) = METRIC.rows(ask())
    assert [row.values[name] for name in ("count", "mean", "median", "p90")] == [0, None, None, None]
