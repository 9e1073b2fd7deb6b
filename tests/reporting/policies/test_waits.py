"""Golden logs: what happened after the first response, and the waits that must follow."""

from datetime import datetime
from typing import Any

import pytest

from reporting.policies.waits import fold_waits
from tests.reporting.policies.test_facts import Logged, at, did, opened, replied, wrote

FIRST = [opened(), wrote(0), replied(5)]
WORDS = {"message": 50}


def cancelled(minutes: float, message: int) -> Logged:
    return did("message.cancelled", minutes, message=message)


GOLDEN = [
    pytest.param([], [], id="the first response is another figure"),
    pytest.param([wrote(10), replied(30)], [(10, 20)], id="one further question"),
    pytest.param(
        [wrote(10), wrote(20), wrote(29), replied(30)],
        [(10, 20)],
        id="further messages of a waiting customer do not restart the clock",
    ),
    pytest.param([wrote(10), did("ticket.noted", 12, **WORDS), replied(30)], [(10, 20)], id="a note is no answer"),
    pytest.param(
        [wrote(10), did("ticket.status_changed", 12, to="pending"), replied(30)],
        [(10, 20)],
        id="a status click is no answer",
    ),
    pytest.param([wrote(10), replied(12, actor_kind="bot"), replied(30)], [(10, 20)], id="a bot's reply is no answer"),
    pytest.param(
        [wrote(10), replied(12, message=77), cancelled(13, 77), replied(30)],
        [(10, 20)],
        id="a reply that was taken back is no answer",
    ),
    pytest.param([wrote(10, fetched=25), replied(30)], [(10, 20)], id="late fetching does not shorten the wait"),
    pytest.param([wrote(10, is_auto_reply=True), replied(30)], [], id="an automatic mail begins no wait"),
    pytest.param([replied(30), replied(40)], [], id="who did not ask does not wait"),
    pytest.param([wrote(10), replied(30), wrote(60), replied(61)], [(10, 20), (60, 1)], id="each wait counts once"),
    pytest.param([wrote(10)], [(10, "waiting")], id="still waiting"),
    pytest.param([wrote(10), did("ticket.resolved", 20)], [(10, None)], id="resolved without an answer"),
    pytest.param(
        [wrote(10), did("ticket.resolved", 20), wrote(50), did("ticket.reopened", 50, by_message=1), replied(60)],
        [(10, None), (50, 10)],
        id="what is asked after the resolution is a wait of its own",
    ),
    pytest.param(
        [wrote(10), did("ticket.resolved", 20), did("ticket.reopened", 25), replied(30)],
        [(10, 20)],
        id="a resolution that was taken back ends no wait",
    ),
    pytest.param([wrote(10), did("call.answered", 14, contact=1)], [(10, 4)], id="picking up is an answer"),
]


def told(log: list[Logged]) -> list[tuple[Any, Any]]:
    events = [Logged(e.kind, e.at, e.data, e.actor_kind, e.actor_id, n) for n, e in enumerate(log, start=1)]

    def minutes(moment: datetime) -> float:
        return (moment - at(0)).total_seconds() / 60

    return [
        (minutes(wait.started_at), "waiting" if wait.is_waiting else wait.seconds and wait.seconds / 60)
        for wait in fold_waits(events)
    ]


@pytest.mark.parametrize(("log", "waits"), GOLDEN)
def test_waits_follow_from_the_log(log: list[Logged], waits: list[tuple[Any, Any]]) -> None:
    assert told([*FIRST, *log]) == waits
