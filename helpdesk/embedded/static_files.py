"""Collects the static files only when they, or the packages that bring some, have changed."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from helpdesk.embedded.layout import REPOSITORY_DIR, DataLayout


def collect_if_changed(layout: DataLayout, collect: Callable[[], None]) -> bool:
    """Run ``collect`` unless its last whole run saw the same files; returns whether it ran."""
    stamp_file = layout.data_dir / "static.stamp"
    stamp = _stamp()
    if layout.static_dir.exists() and stamp_file.exists() and stamp_file.read_text() == stamp:
        return False
    collect()
    stamp_file.write_text(stamp)
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
    for pattern in ("*/static/**/*", "*/*/static/**/*"):
        yield from sorted(path for path in REPOSITORY_DIR.glob(pattern) if path.is_file() and ".data" not in path.parts)
