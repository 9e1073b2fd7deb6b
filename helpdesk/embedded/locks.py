"""Locks that end with their process, however it ends: ``flock`` on a file."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

_POLL_SECONDS = 0.05


class FileLock:
    """One process's hold on a lock file. The kernel lets go of it when the process is killed."""

    def __init__(self, path: Path, *, is_shared: bool = False) -> None:
        self.path = path
        self._operation = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        self._descriptor: int | None = None

    def acquire(self, *, timeout_seconds: float = 0.0) -> bool:
        """Try until the time is over; whether the lock is held now."""
        deadline = time.monotonic() + timeout_seconds
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(descriptor, self._operation | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(_POLL_SECONDS)
            else:
                self._descriptor = descriptor
                return True

    def release(self) -> None:
        """Let go. Letting go twice does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def write_note(self, text: str) -> None:
        """Leave a text for those who find the lock taken. Only its holder may."""
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def read_note(self) -> str:
        """The text that the holder left."""
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def __enter__(self) -> "FileLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether another process holds that lock for itself alone."""
    if not path.exists():
        return False
    probe = FileLock(path, is_shared=True)
    is_free = probe.acquire()
    probe.release()
    return not is_free
