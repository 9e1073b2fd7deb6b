"""Commands while no ``manage.py up`` runs: one database for all of them, none afterwards."""

import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.locks import FileLock
from tests.helpdesk.embedded.running import Run, wait_for

PROGRAM = Path(__file__).with_name("share.py")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


@pytest.fixture
def reason(tmp_path: Path) -> Path:
    """While this file exists the commands stay."""
    path = tmp_path / "stay"
    path.touch()
    return path


def server_of(run: Run) -> str:
    run.wait_for_line("served by")
    found = re.search(r"served by (\d+)", run.output)
    assert found
    return found[1]


def is_alive(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_commands_at_the_same_time_share_one_database(data_dir: Path, reason: Path) -> None:
    with (
        Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as one,
        Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as two,
        Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as three,
    ):
        servers = {server_of(run) for run in (one, two, three)}
        assert len(servers) == 1
        reason.unlink()
        assert [run.ended() for run in (one, two, three)] == [0, 0, 0]
        wait_for(lambda: not any(run.left() for run in (one, two, three)), seconds=5)
        assert not is_alive(servers.pop())


def test_database_stays_when_the_command_that_started_it_goes_first(
    data_dir: Path, reason: Path, tmp_path: Path
) -> None:
    other_reason = tmp_path / "stay longer"
    other_reason.touch()
    with Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as first:
        server = server_of(first)
        with Run(PROGRAM, other_reason, HELPDESK_DATA=data_dir) as second:
            assert server_of(second) == server
            reason.unlink()
            assert first.ended() == 0
            assert is_alive(server)
            other_reason.unlink()
            assert second.ended() == 0
            assert not is_alive(server)


def test_killed_command_leaves_no_database_behind(data_dir: Path, reason: Path) -> None:
    with Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as run:
        server_of(run)
        run.end(signal.SIGKILL)
        wait_for(lambda: not run.left(), seconds=10)
    with Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as run:
        server_of(run)
        reason.unlink()
        assert run.ended() == 0


def test_command_waits_for_an_instance_that_is_starting(data_dir: Path, reason: Path) -> None:
    data = DataLayout(data_dir=data_dir)
    data_dir.mkdir(mode=0o711)
    with FileLock(data.up_lock) as up:
        assert up.acquire()
        with Run(PROGRAM, reason, HELPDESK_DATA=data_dir) as run:
            with pytest.raises(AssertionError):
                run.wait_for_line("served by", seconds=1)
            assert not (data_dir / "postgres").exists()
            up.release()
            server_of(run)
            reason.unlink()
            assert run.ended() == 0


def test_database_that_cannot_start_says_why(data_dir: Path, reason: Path) -> None:
    with Run(PROGRAM, reason, HELPDESK_DATA=data_dir, HELPDESK_POSTGRES_BIN="/nowhere") as run:
        assert run.ended() == 1
        assert "There is no program called postgres in /nowhere" in run.output
        assert "Traceback" not in run.output
