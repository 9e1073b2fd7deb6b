"""Talk and hold from the marks of a call, whatever their order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from tickets.policies.call_work import Mark, Stretch, work_of

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(second):
    return START + timedelta(seconds=second)


def mark(name, second, **fields):
    return Mark(name=name, at=at(second), **fields)


def told(stretches):
    return [
        (
            one.kind,
            *(round((moment - START).total_seconds()) if moment else None for moment in (one.started_at, one.ended_at)),
        )
        for one in stretches
    ]


ANSWERED, LEG_ENDED, ENDED = mark("answered", 10, agent="+1"), mark("leg_ended", 70), mark("ended", 71)


@pytest.mark.parametrize(
    ("marks", "work"),
    [
        ([], []),
        ([ENDED], []),
        ([ANSWERED], [("talk", 10, None)]),
        ([ANSWERED, LEG_ENDED, ENDED], [("talk", 10, 70)]),
        ([ANSWERED, ENDED], [("talk", 10, 71)]),
        (
            [ANSWERED, mark("held", 20), mark("resumed", 50), ENDED],
            [("talk", 10, 20), ("hold", 20, 50), ("talk", 50, 71)],
        ),
        ([ANSWERED, mark("held", 20), ENDED], [("talk", 10, 20), ("hold", 20, 71)]),
        ([ANSWERED, mark("held", 20), mark("held", 25), ENDED], [("talk", 10, 20), ("hold", 20, 71)]),
        ([mark("resumed", 5), mark("held", 6), ANSWERED, ENDED], [("talk", 10, 71)]),
        # A transfer: two agents, one after the other.
        (
            [ANSWERED, LEG_ENDED, mark("answered", 90, agent="+2"), mark("leg_ended", 100)],
            [("talk", 10, 70), ("talk", 90, 100)],
        ),
        # Nobody told that the agent had accepted.
        ([mark("leg_ended", 70, talk_seconds=50)], [("talk", 20, 70)]),
        ([ANSWERED, mark("leg_ended", 70, talk_seconds=65)], [("talk", 10, 70)]),
        ([mark("leg_ended", 70, talk_seconds=0)], []),
    ],
)
def test_stretches_follow_from_the_marks(marks, work):
    assert told(work_of(marks)) == work


def test_order_and_repetition_change_nothing():
    marks = [ANSWERED, mark("held", 20), mark("resumed", 50), LEG_ENDED]
    wanted = work_of(marks)
    assert all(work_of([*order, *order]) == wanted for order in permutations(marks))


def test_stretch_names_the_telephone_that_had_the_call():
    first, second = work_of([ANSWERED, LEG_ENDED, mark("answered", 90, agent="+2")])
    assert (first.agent, second) == ("+1", Stretch(kind="talk", started_at=at(90), agent="+2"))
