"""What an agent does in an open ticket, and when he has stopped."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tickets.policies.work import BEAT_EVERY, IDLE_AFTER, ended_at, goes_on, kind_of_work, kind_when_over

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("is_done", "is_waiting", "has_answered", "is_writing", "kind"),
    [
        (False, True, False, False, "active"),
        (False, True, True, False, "active"),
        (False, False, True, False, "hold"),
        (False, False, True, True, "active"),
        (False, False, False, False, "active"),
        (True, False, True, True, "wrap_up"),
    ],
)
def test_kind_follows_from_where_the_case_stands(
    is_done: bool, is_waiting: bool, has_answered: bool, is_writing: bool, kind: str
) -> None:
    found = kind_of_work(is_done=is_done, is_waiting=is_waiting, has_answered=has_answered, is_writing=is_writing)
    assert found == kind


@pytest.mark.parametrize(
    ("kind", "following", "was"),
    [
        ("hold", None, "wrap_up"),
        ("hold", "wrap_up", "wrap_up"),
        ("hold", "active", "hold"),
        ("active", None, "active"),
        ("active", "hold", "active"),
        ("wrap_up", "active", "wrap_up"),
    ],
)
def test_waiting_for_nothing_more_was_work_after_the_contact(kind: str, following: str | None, was: str) -> None:
    assert kind_when_over(kind, following=following) == was


def test_work_goes_on_up_to_the_idle_limit_and_not_beyond() -> None:
    assert goes_on(seen_at=NOW - IDLE_AFTER, at=NOW)
    assert not goes_on(seen_at=NOW - IDLE_AFTER - timedelta(milliseconds=1), at=NOW)


@pytest.mark.parametrize(
    ("seconds", "is_idle", "counted"), [(20, False, 20), (20, True, 0), (61, False, 0), (-1, False, 0)]
)
def test_stretch_ends_with_the_leaving_or_with_the_last_beat(seconds: int, is_idle: bool, counted: int) -> None:
    over = ended_at(seen_at=NOW, at=NOW + timedelta(seconds=seconds), is_idle=is_idle)
    assert (over - NOW).total_seconds() == counted


def test_page_keeps_the_same_times_as_the_server() -> None:
    script = Path("tickets/static/tickets/work.js").read_text(encoding="utf-8")
    times = {name: int(value) for name, value in re.findall(r"const (\w+_MS) = (\d+);", script)}
    assert times["BEAT_MS"] == BEAT_EVERY.total_seconds() * 1000
    assert times["IDLE_MS"] == IDLE_AFTER.total_seconds() * 1000
