from collections.abc import Callable
from typing import Any

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question

METRIC = METRICS["volume"]


def test_resolved_and_reopened_are_among_the_tickets_of_the_period(
    make_fact: Callable[..., Any], ask: Callable[..., Question]
) -> None:
    make_fact(60, last_resolved_at="2026-03-02T10:00Z", reopen_count=2, customer_message_count=3, agent_reply_count=2)
    make_fact(None, customer_message_count=1)
    (row,) = METRIC.rows(ask())
    names = ("count", "resolved", "reopened", "messages_in", "messages_out")
    assert [row.values[name] for name in names] == [2, 1, 1, 4, 2]


def test_period_without_tickets_has_a_count_of_nought(ask: Callable[..., Question], db: None) -> None:
    (row,) = METRIC.rows(ask())
    assert (row.key, row.values["count"], row.values["messages_in"]) == ("all", 0, 0)
    assert METRIC.rows(ask(GroupBy.CHANNEL)) == []
