"""What the person at the terminal sees: one calm line per step, and the lines of the children with their names."""

import contextlib
import os
import sys
import threading
import time

_NAME_WIDTH = 9
_COLOURS = (36, 35, 34, 33, 32, 31)


class Console:
    """Prints whole lines, also from several threads. A closed terminal stops nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._names: dict[str, int] = {}
        self._began = self._step_began = time.monotonic()
        with contextlib.suppress(AttributeError, OSError):
            # A broken locale must not turn somebody's name in a log line into a crash.
            sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    @property
    def seconds(self) -> float:
        """Since this console was made."""
        return time.monotonic() - self._began

    def line(self, name: str, text: str) -> None:
        """One line with the name of its child in front."""
        label = f"{name:<{_NAME_WIDTH}}"
        with self._lock:
            if self._has_colours:
                colour = self._names.setdefault(name, _COLOURS[len(self._names) % len(_COLOURS)])
                label = f"\x1b[{colour}m{label}\x1b[0m"
            with contextlib.suppress(OSError, ValueError):
                print(f"{label} | {text}", flush=True)  # noqa: T201  this is the program's output

    def say(self, text: str) -> None:
        """One line of our own."""
        for part in text.splitlines():
            self.line("helpdesk", part)

    def step(self, text: str) -> None:
        """One line of our own with the seconds since the last such line."""
        now = time.monotonic()
        self.say(f"{text} ({now - self._step_began:.1f} s)")
        self._step_began = now
