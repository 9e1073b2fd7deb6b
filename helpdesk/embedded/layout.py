"""Where everything lies: the data folder, its parts, and the addresses of the embedded services. Changes nothing."""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

REPOSITORY_DIR = Path(__file__).resolve().parent.parent.parent
ROOT_DIR = Path("/var/lib/helpdesk")
"""Where root keeps what the unprivileged account must reach and cannot reach in the data folder."""

DATABASE_NAME = DATABASE_ROLE = "helpdesk"
POSTGRES_PORT = 5432
"""Nobody listens there: it is only a part of the socket's file name."""

# sun_path holds 104 bytes on macOS and 108 on Linux, and ends with a zero byte.
MAXIMUM_SOCKET_PATH_BYTES = 103
_LONGEST_SOCKET_NAME = f"/.s.PGSQL.{POSTGRES_PORT}"
# What needs no quoting in any URL, command line or configuration list.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def can_enter(folder: Path, *, uid: int, gid: int) -> bool:
    """Whether that account may pass through the folder and all folders above it, going by their mode bits."""
    for path in (folder, *folder.parents):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        except PermissionError:
            return False
        if uid == status.st_uid:
            needed = stat.S_IXUSR
        elif gid == status.st_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


@dataclass(frozen=True, kw_only=True)
class DataLayout:
    """The folders and addresses of one installation. Two processes with the same environment always agree on them."""

    data_dir: Path
    uses_embedded_postgres: bool = True
    uses_embedded_broker: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "DataLayout":
        """Read HELPDESK_DATA (default ``.data`` beside ``manage.py``), DATABASE_URL and CELERY_BROKER_URL."""
        values = os.environ if environment is None else environment
        folder = Path(values.get("HELPDESK_DATA") or REPOSITORY_DIR / ".data").expanduser()
        return cls(
            data_dir=Path(os.path.realpath(folder)),
            uses_embedded_postgres=not values.get("DATABASE_URL"),
            uses_embedded_broker=not values.get("CELERY_BROKER_URL"),
        )

    @property
    def identifier(self) -> str:
        """Twelve characters that name this data folder where its path is too long or not reachable."""
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def static_dir(self) -> Path:
        return self.data_dir / "static"

    @property
    def root_dir(self) -> Path:
        """What belongs to this installation outside its data folder, when root runs it."""
        return ROOT_DIR / self.identifier

    @property
    def postgres_dir(self) -> Path:
        """In the data folder; for root below ``/var/lib/helpdesk`` where an unprivileged account cannot enter that.

        Where a cluster lies already, there it stays: a folder whose permissions change must not seem empty.
        """
        inside = self.data_dir / "postgres"
        outside = self.root_dir / "postgres"
        if os.geteuid() != 0 or (inside / "cluster").exists():
            return inside
        if (outside / "cluster").exists():
            return outside
        return inside if can_enter(self.data_dir, uid=-1, gid=-1) else outside

    @property
    def postgres_data_dir(self) -> Path:
        return self.postgres_dir / "cluster"

    @property
    def postgres_socket_dir(self) -> Path:
        return self._socket_dir(self.postgres_dir / "socket", fallback_name="postgres")

    @property
    def valkey_data_dir(self) -> Path:
        return self.data_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self._socket_dir(self.valkey_data_dir, fallback_name="valkey") / "valkey.sock"

    @property
    def up_lock(self) -> Path:
        """Held by a running ``manage.py up``."""
        return self.data_dir / "up.lock"

    @property
    def commands_lock(self) -> Path:
        """Held, shared, by every command that uses a database started for commands only."""
        return self.data_dir / "commands.lock"

    @property
    def starting_lock(self) -> Path:
        """Held by the command that is starting a database for itself and those after it."""
        return self.data_dir / "starting.lock"

    def database_url(self) -> str:
        """The embedded database, as django-environ reads it: a path that begins with a slash is a socket folder."""
        return socket_database_url(self.postgres_socket_dir)

    def broker_url(self) -> str:
        """The embedded broker, as Celery reads it."""
        return f"redis+socket://{quote(str(self.valkey_socket))}"

    def _socket_dir(self, wanted: Path, *, fallback_name: str) -> Path:
        """The wanted folder, or a short private one where its path is too long for a socket or needs quoting."""
        size = len(os.fsencode(wanted)) + len(_LONGEST_SOCKET_NAME)
        if size <= MAXIMUM_SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(wanted)):
            return wanted
        if os.geteuid() == 0:
            return self.root_dir / f"{fallback_name}-socket"
        # Not TMPDIR: it differs between a login shell, cron and a desktop, and all must find the same socket.
        return Path("/tmp") / f"helpdesk-{os.geteuid()}-{self.identifier}" / fallback_name  # noqa: S108  made private by its owner, checked before use


def socket_database_url(socket_dir: Path) -> str:
    """The URL of the product's database behind that socket folder. The port is named so that PGPORT changes nothing."""
    return f"postgres://{DATABASE_ROLE}@:{POSTGRES_PORT}/{quote(str(socket_dir))}/{DATABASE_NAME}"
