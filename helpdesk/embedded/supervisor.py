"""Runs children together: brings back one that dies, stops all in order, leaves nothing behind."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType, TracebackType

from helpdesk.embedded.console import Console
from helpdesk.embedded.errors import StartError
from helpdesk.embedded.processes import Child, ChildSpec

_GUARDIAN_SCRIPT = str(Path(__file__).with_name("guardian.py"))
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_POLL_SECONDS = 0.1
_BACKOFF_SECONDS = (0.5, 1.0, 2.0, 4.0)
QUICK_DEATHS = 5
_QUICK_SECONDS = 30.0
"""A child that ran for longer than this died for a new reason: its count starts again."""


class ChildKeepsDying(StartError):
    """A child died too often in a row to be brought back again."""


class Supervisor:
    """Use it in ``with``: at the end of the block nothing that it started is left.

    Within the block SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, once; a second one cuts the stopping short.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._children: list[Child] = []
        self._deaths: dict[str, int] = {}
        self._due_again: list[tuple[float, ChildSpec]] = []
        self._is_starting = False
        self._is_stopping = False
        self._is_hurried = False

    def start(self, spec: ChildSpec) -> Child:
        """Start a child. It is looked after from now on, by the guardian at once and by ``watch`` later."""
        # A signal must not come between the birth of a child and the note of it.
        self._is_starting = True
        child = Child(spec, show=self._console.line)
        self._tell_guardian(f"add {child.pid} {int(spec.stop_signal)} {int(spec.stops_last)}")
        self._children.append(child)
        self._is_starting = False
        if self._is_stopping:
            raise KeyboardInterrupt
        return child

    def watch(self) -> None:
        """Bring back what dies, for ever. Raises ChildKeepsDying, and KeyboardInterrupt when told to stop."""
        while True:
            self.check()
            time.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """One look at every child. Raises ChildKeepsDying."""
        for child in [child for child in self._children if not child.is_running]:
            self._bury(child)
        now = time.monotonic()
        due = [spec for due_at, spec in self._due_again if due_at <= now]
        self._due_again = [(due_at, spec) for due_at, spec in self._due_again if due_at > now]
        for spec in due:
            self.start(spec)

    def _bury(self, child: Child) -> None:
        name = child.spec.name
        self._children.remove(child)
        child.finish(deadline=time.monotonic())
        self._tell_guardian(f"remove {child.pid}")
        if child.is_expected_to_end:
            return
        quick_deaths = self._deaths.get(name, 0) + 1 if child.age_seconds < _QUICK_SECONDS else 1
        self._deaths[name] = quick_deaths
        ending = _ending(child.process.returncode)
        if quick_deaths >= QUICK_DEATHS:
            lines = "\n".join(f"    {line}" for line in child.last_lines) or "    (it said nothing)"
            raise ChildKeepsDying(
                f"{name} died {quick_deaths} times in a row ({ending}). Its last lines were:\n{lines}"
            )
        wait_seconds = _BACKOFF_SECONDS[quick_deaths - 1]
        self._console.say(f"{name} died ({ending}); it is started again in {wait_seconds:g} s")
        self._due_again.append((time.monotonic() + wait_seconds, child.spec))

    def stop(self) -> None:
        """Stop all: first what takes work in and does it, in the order of their start, then what they need."""
        self._is_stopping = True
        for is_last in (False, True):
            group = [child for child in self._children if child.spec.stops_last == is_last]
            asked_at = time.monotonic()
            for child in group:
                child.ask_to_stop()
            for child in group:
                self._finish(child, deadline=asked_at + child.spec.grace_seconds)
        self._tell_guardian("done")
        with contextlib.suppress(OSError):
            self._guardian.stdin.close()  # type: ignore[union-attr]
        self._guardian.wait(timeout=10)

    def _finish(self, child: Child, *, deadline: float) -> None:
        # In small steps, so that a second Ctrl-C is heard.
        while child.is_running and time.monotonic() < deadline and not self._is_hurried:
            time.sleep(0.02)
        if not child.finish(deadline=time.monotonic()) and not self._is_hurried:
            self._console.say(f"{child.spec.name} did not stop within {child.spec.grace_seconds:g} s and was killed")
        self._children.remove(child)

    def _tell_guardian(self, line: str) -> None:
        assert self._guardian.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.write(f"{line}\n".encode())
            self._guardian.stdin.flush()

    def _on_stop_signal(self, number: int, frame: FrameType | None) -> None:
        if self._is_stopping:
            self._is_hurried = True
            return
        self._is_stopping = True
        if not self._is_starting:
            raise KeyboardInterrupt

    def __enter__(self) -> "Supervisor":
        self._guardian = subprocess.Popen(  # noqa: S603  our own script
            [sys.executable, "-I", "-S", _GUARDIAN_SCRIPT],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, cwd="/",
        )  # fmt: skip
        self._old_handlers = {number: signal.signal(number, self._on_stop_signal) for number in _STOP_SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)


def _ending(return_code: int) -> str:
    if return_code >= 0:
        return f"exit code {return_code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-return_code).name}"
    return f"signal {-return_code}"
