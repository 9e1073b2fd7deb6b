from datetime import UTC, datetime, timedelta

import pytest

from surveys.policies.scales import SCALES
from surveys.policies.votes import Door, door, is_low, read_score

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("raw", "score"), [("1", 1), ("6", 6), ("7", 7), ("9", 9), ("10", 10)])
def test_whole_numbers_on_the_scale_are_scores(raw: str, score: int) -> None:
    assert read_score(raw) == score


@pytest.mark.parametrize(
    "raw", ["0", "11", "7.5", "-1", "+7", "07", " 7", "7\n", "٧", "７", "1e1", "0x7", "DROP", "", "100"]
)
def test_everything_else_is_no_score(raw: str) -> None:
    assert read_score(raw) is None


@pytest.mark.parametrize(
    ("scale", "scores", "others"),
    [
        ("1-5", range(1, 6), ["0", "6", "10"]),
        ("0-10", range(11), ["11", "-1", "00"]),
        ("thumbs", range(2), ["2", "10", "up"]),
    ],
)
def test_scores_are_those_of_the_scale(scale: str, scores: range, others: list[str]) -> None:
    assert [read_score(str(score), SCALES[scale]) for score in scores] == list(scores)
    assert [read_score(raw, SCALES[scale]) for raw in others] == [None] * len(others)


@pytest.mark.parametrize(("score", "low"), [(1, True), (6, True), (7, False), (10, False)])
def test_six_and_below_is_low(score: int, low: bool) -> None:
    assert is_low(score) is low


@pytest.mark.parametrize(
    ("state", "expires_in", "answered_ago", "opened"),
    [
        ("sent", DAY, None, Door.OPEN),
        ("sent", timedelta(0), None, Door.EXPIRED),
        ("expired", -DAY, None, Door.EXPIRED),
        ("suppressed", DAY, None, Door.EXPIRED),
        ("scheduled", DAY, None, Door.UNKNOWN),
        ("answered", DAY, DAY, Door.CHANGE),
        ("answered", DAY, 2 * DAY, Door.USED),
        ("answered", -DAY, DAY, Door.CHANGE),
    ],
)
def test_link_opens_until_it_expires_and_for_changes_within_the_window(
    state: str, expires_in: timedelta, answered_ago: timedelta | None, opened: Door
) -> None:
    answered_at = NOW - answered_ago if answered_ago is not None else None
    found = door(state=state, expires_at=NOW + expires_in, answered_at=answered_at, change_window=2 * DAY, at=NOW)
    assert found is opened
