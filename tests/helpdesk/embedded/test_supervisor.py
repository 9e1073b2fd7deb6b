"""The supervisor with small children: what it leaves behind, what it brings back, in which order it stops."""

import signal
import time
from pathlib import Path

import pytest

from tests.helpdesk.embedded.running import Run, wait_for

PROGRAM = Path(__file__).with_name("supervise.py")
WITH_GRANDCHILD = "sleep 300 & echo is here; wait"
STUBBORN = "trap '' TERM INT HUP; echo is here; while true; do sleep 0.2; done"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_signal_leaves_nothing(number: signal.Signals) -> None:
    with Run(PROGRAM, f"one={WITH_GRANDCHILD}", f"two={WITH_GRANDCHILD}") as run:
        run.wait_for_line("two       | is here")
        run.wait_for_line("all started")
        assert run.end(number) == 0
        assert run.left() == []
        assert "stopped" in run.output


def test_killed_supervisor_leaves_nothing_even_of_what_ignores_signals() -> None:
    with Run(PROGRAM, f"one={WITH_GRANDCHILD}", f"two={STUBBORN}") as run:
        run.wait_for_line("one       | is here")
        run.wait_for_line("two       | is here")
        run.end(signal.SIGKILL)
        wait_for(lambda: not run.left(), seconds=15, what="the guardian ends everything")


def test_child_that_does_not_stop_is_killed_after_its_grace_time() -> None:
    with Run(PROGRAM, f"one={STUBBORN}", GRACE="0.5") as run:
        run.wait_for_line("one       | is here")
        run.end()
        assert "one did not stop within 0.5 s and was killed" in run.output
        assert run.left() == []


def test_second_ctrl_c_cuts_the_stopping_short() -> None:
    with Run(PROGRAM, f"one={STUBBORN}", GRACE="60") as run:
        run.wait_for_line("one       | is here")
        run.wait_for_line("all started")
        run.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        began = time.monotonic()
        run.end(seconds=10)
        assert time.monotonic() - began < 5
        assert run.left() == []


def test_what_others_need_stops_last() -> None:
    slow = "trap 'sleep 0.5; echo has ended; exit' TERM; echo is here; while true; do sleep 0.05; done"
    with Run(PROGRAM, f"last={slow.replace('sleep 0.5; ', '')}", f"first={slow}") as run:
        run.wait_for_line("first     | is here")
        run.wait_for_line("last      | is here")
        run.end()
        assert run.output.index("first     | has ended") < run.output.index("last      | has ended")


def test_child_that_dies_is_started_again(tmp_path: Path) -> None:
    marker = tmp_path / "was here"
    once = f"if [ -e '{marker}' ]; then echo is back; sleep 300; else touch '{marker}'; exit 3; fi"
    with Run(PROGRAM, f"one={once}") as run:
        run.wait_for_line("one died (exit code 3); it is started again in 0.5 s")
        run.wait_for_line("one       | is back")


def test_child_that_keeps_dying_stops_everything_and_its_last_lines_are_shown() -> None:
    with Run(PROGRAM, "one=echo no such table; exit 4", f"two={WITH_GRANDCHILD}") as run:
        assert run.ended(seconds=20) == 1
        assert "one died 5 times in a row (exit code 4). Its last lines were:\n    no such table" in run.output
        assert run.left() == []
