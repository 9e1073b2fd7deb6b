"""Collects the static files only when they, or the packages that bring some, have changed."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from helpdesk.embedded.errors import StartError
from helpdesk.embedded.layout import REPOSITORY_DIR, DataLayout
from helpdesk.embedded.processes import Child, ChildSpec
from helpdesk.embedded.stack import child_environment


class StaticFiles:
    """The collection of one start: a process of its own, since the database is made ready at the same time."""

    def __init__(self, layout: DataLayout) -> None:
        self._layout = layout
        self._stamp_file = layout.data_dir / "static.stamp"
        self._child: Child | None = None

    def begin(self, start_child: Callable[[ChildSpec], Child]) -> None:
        """Start to collect, unless the last whole collection saw the same files."""
        # Taken before: a file that changes meanwhile is collected next time.
        self._stamp = _stamp()
        if (
            self._layout.static_dir.exists()
            and self._stamp_file.exists()
            and self._stamp_file.read_text() == self._stamp
        ):
            return
        self._child = start_child(
            ChildSpec(
                name="static",
                command=(sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"),
                environment=child_environment(self._layout),
                folder=REPOSITORY_DIR,
            )
        )
        self._child.is_expected_to_end = True

    def finish(self) -> bool:
        """Wait for it; returns whether there was anything to do. Raises StartError with what it said."""
        if self._child is None:
            return False
        if self._child.process.wait():
            raise StartError("The static files could not be collected:\n" + "\n".join(self._child.last_lines))
        self._stamp_file.write_text(self._stamp)
        return True


def _stamp() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        status = path.stat()
        digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    """What decides the result: our own files one by one, those of packages by their pinned versions."""
    yield REPOSITORY_DIR / "requirements.txt"
    yield REPOSITORY_DIR / "helpdesk" / "settings.py"
    for pattern in ("[a-z]*/static/**/*", "[a-z]*/*/static/**/*"):
        yield from sorted(path for path in REPOSITORY_DIR.glob(pattern) if path.is_file())
