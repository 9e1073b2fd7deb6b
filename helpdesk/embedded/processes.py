"""One child process: it cannot outlive us, its output is passed on by the line, it is stopped in its own way."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.embedded.privileges import Account

_CHILD_SCRIPT = str(Path(__file__).with_name("child.py"))
_KEPT_LINES = 20


def clean_environment() -> dict[str, str]:
    """Ours without what changes how a server behaves: names of locales (which may not exist) and libpq's PG*."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "PG")) and name not in ("LANG", "LANGUAGE")
    }


@dataclass(frozen=True, kw_only=True)
class ChildSpec:
    """How one child is started, stopped and shown."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = Path("/")
    account: Account | None = None
    passed_descriptors: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    stops_last: bool = False
    """Others need it until they are gone: the database, the broker."""
    is_shown: Callable[[str], bool] = bool
    """Which lines of its output the person at the terminal wants to see."""


class Child:
    """A running child in a session of its own: Ctrl-C reaches the supervisor alone, and all can stop in order."""

    def __init__(self, spec: ChildSpec, *, show: Callable[[str, str], None]) -> None:
        self.spec = spec
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._show = show
        self.started_at = time.monotonic()
        self.is_expected_to_end = False
        account = spec.account or Account(uid=-1, gid=-1)
        numbers = (os.getpid(), int(spec.stop_signal), account.uid, account.gid)
        self.process = subprocess.Popen(  # noqa: S603  the command line is ours
            # -I and -S: starts in a hundredth of a second and reads no file of the current folder.
            [sys.executable, "-I", "-S", _CHILD_SCRIPT, *map(str, numbers), *spec.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=spec.folder,
            env=dict(spec.environment),
            pass_fds=spec.passed_descriptors,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._pass_output_on, name=f"output of {spec.name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self.started_at

    def ask_to_stop(self) -> None:
        """Send its stop signal to it alone: it stops what it has started itself."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.spec.stop_signal)

    def finish(self, *, deadline: float) -> bool:
        """Wait until the deadline (monotonic), then kill what is left; returns whether it stopped by itself."""
        stopped = True
        try:
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            stopped = False
        self.kill_group()
        self.process.wait()
        self._reader.join(timeout=1.0)
        return stopped

    def stop(self) -> bool:
        """Stop it in its own way within its grace time; returns whether it did so by itself."""
        self.is_expected_to_end = True
        self.ask_to_stop()
        return self.finish(deadline=time.monotonic() + self.spec.grace_seconds)

    def kill_group(self) -> None:
        """End whatever is left of its process group, such as the pool of a worker that died."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _pass_output_on(self) -> None:
        assert self.process.stdout is not None
        for raw in self.process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.last_lines.append(line)
            if self.spec.is_shown(line):
                self._show(self.spec.name, line)
