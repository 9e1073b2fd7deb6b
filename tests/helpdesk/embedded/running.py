"""Real processes for the tests of the embedded services: started with a mark, and found again by it."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

REPOSITORY_DIR = Path(__file__).resolve().parents[3]
_FOREIGN_NAMES = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT", "SMTP_PORT", "CI")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], *, seconds: float = 60.0, what: str = "") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        time.sleep(0.05)


class Run:
    """One program in a session of its own, with all that it starts. Nothing is left after ``with``."""

    def __init__(self, *arguments: str | Path, folder: Path = REPOSITORY_DIR, **environment: str | Path) -> None:
        self.mark = uuid.uuid4().hex
        self._output = b""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HELPDESK_", "DJANGO_", "PYTEST_", "LC_")) and name not in _FOREIGN_NAMES
        }
        self.process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=folder,
            env=kept | {name: str(value) for name, value in environment.items()} | {"STARTED_BY_TEST": self.mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    @property
    def output(self) -> str:
        """What it has printed so far."""
        assert self.process.stdout is not None
        while chunk := self.process.stdout.read():
            self._output += chunk
        return self._output.decode("utf-8", "replace")

    def wait_for_line(self, text: str, *, seconds: float = 60.0) -> None:
        wait_for(
            lambda: text in self.output or self.process.poll() is not None,
            seconds=seconds,
            what=f"{text!r} in {self.output}",
        )
        assert text in self.output, self.output

    def end(self, number: signal.Signals = signal.SIGINT, *, seconds: float = 60.0) -> int:
        """Send the signal to it alone and wait for its end."""
        self.process.send_signal(number)
        return self.ended(seconds=seconds)

    def ended(self, *, seconds: float = 60.0) -> int:
        """Its exit code, when it has ended by itself."""
        wait_for(lambda: self.output is not None and self.process.poll() is not None, seconds=seconds, what=self.output)
        return self.process.returncode

    def left(self) -> list[str]:
        """The command lines of all that it started, however deep, and that is still there."""
        return [line for pid, line in _marked(self.mark)]

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for pid, _line in _marked(self.mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _marked(mark: str) -> list[tuple[int, str]]:
    wanted = f"STARTED_BY_TEST={mark}".encode()
    environments: dict[int, bytes] = {}
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            environments[pid] = (folder / "environ").read_bytes()
            status = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if status[0] != "Z":
            parents[pid] = int(status[1])
    found = {pid for pid in parents if wanted in environments[pid].split(b"\0")}
    # The backends of PostgreSQL write their title over their environment.
    found |= {pid for pid, parent in parents.items() if parent in found}
    return [(pid, _command_line(pid)) for pid in sorted(found)]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""
