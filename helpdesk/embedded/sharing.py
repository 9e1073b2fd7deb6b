"""One database for all commands that run at the same moment while no ``manage.py up`` does."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from helpdesk.embedded.errors import StartError
from helpdesk.embedded.layout import REPOSITORY_DIR, DataLayout
from helpdesk.embedded.locks import FileLock, is_held
from helpdesk.embedded.postgres import is_answering
from helpdesk.embedded.privileges import make_data_folder

_WAIT_SECONDS = 120.0
"""A first start of ``up`` on a slow machine makes the database while a command waits for it."""
_END_SECONDS = 10.0
_POLL_SECONDS = 0.05


@contextlib.contextmanager
def shared_database(layout: DataLayout) -> Iterator[None]:
    """The installation's database answers within the block: that of a running ``up``, else one for commands alone.

    The latter belongs to a keeper process, which ends when the last command has let go of the lock, killed ones too.
    """
    make_data_folder(layout)
    in_use = FileLock(layout.commands_lock, is_shared=True)
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        if is_held(layout.up_lock):
            if is_answering(layout.postgres_socket_dir):
                yield
                return
        elif in_use.acquire():
            # Asked again with the lock in hand: from here on an `up` that starts waits until we let go.
            if not is_held(layout.up_lock):
                break
            in_use.release()
        if time.monotonic() > deadline:
            raise StartError("The database of this installation is starting or stopping and did not get ready in time.")
        time.sleep(_POLL_SECONDS)
    try:
        _ensure_keeper(layout)
        yield
    finally:
        in_use.release()
        _wait_for_end(layout)


def _ensure_keeper(layout: DataLayout) -> None:
    """Start the keeper unless the database answers already; one command at a time."""
    with FileLock(layout.starting_lock) as starting:
        if not starting.acquire(timeout_seconds=_WAIT_SECONDS):
            raise StartError("Another command has been starting the database for too long.")
        if is_answering(layout.postgres_socket_dir):
            return
        log = layout.data_dir / "commands-database.log"
        with log.open("wb") as output:
            keeper = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "helpdesk.embedded.keeper", str(layout.data_dir)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=REPOSITORY_DIR, start_new_session=True,
            )  # fmt: skip
        while not is_answering(layout.postgres_socket_dir):
            if keeper.poll() is not None:
                raise StartError(_last_lines(log) or "The database did not start.")
            time.sleep(_POLL_SECONDS)


def _wait_for_end(layout: DataLayout) -> None:
    """Where we were the last: stay until the database is down, so that nothing of it outlives the command."""
    deadline = time.monotonic() + _END_SECONDS
    while time.monotonic() < deadline and not is_held(layout.up_lock):
        with FileLock(layout.commands_lock) as alone, FileLock(layout.commands_lock, is_shared=True) as together:
            if alone.acquire():
                if not is_answering(layout.postgres_socket_dir):
                    return
            elif together.acquire():
                return  # other commands still use it
            # Else the keeper holds the lock: it is stopping the server.
        time.sleep(_POLL_SECONDS * 2)


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
