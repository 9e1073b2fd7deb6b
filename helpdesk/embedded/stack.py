"""The processes of the product: web, workers, beat, SMTP listener; and the ports that they listen on."""

import errno
import http.client
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.embedded.errors import StartRefused
from helpdesk.embedded.layout import REPOSITORY_DIR, DataLayout
from helpdesk.embedded.processes import ChildSpec

_LOOPBACK = "127.0.0.1"
_WORK_QUEUES = "inbound,timers,reports"
_SENDING_THREADS = 10
_RESERVED_QUEUES = "inbound,timers"
# A task ends or gives back its claim within 30 seconds.
_WORKER_GRACE_SECONDS = 30.0
_CELERY = (sys.executable, "-W", "ignore", "-m", "celery", "-A", "helpdesk")
_WORKER_OPTIONS = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the product listens. The web is for this machine alone unless HELPDESK_HOST says otherwise."""

    host: str
    web: int
    smtp: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Ports":
        """Read HELPDESK_HOST, PORT (8000) and SMTP_PORT (2525). Raises StartRefused for what is no port."""
        return cls(
            host=environment.get("HELPDESK_HOST") or _LOOPBACK,
            web=_port(environment, "PORT", 8000),
            smtp=_port(environment, "SMTP_PORT", 2525),
        )

    @property
    def address(self) -> str:
        """What to open in a browser on this machine."""
        return f"http://localhost:{self.web}/admin/"

    def bind_web(self) -> socket.socket:
        """A listening socket, which outlives restarts of the web process. Raises StartRefused."""
        return _listen(self.host, self.web, variable="PORT")

    def check_smtp(self) -> None:
        """Raises StartRefused where the SMTP listener could not listen."""
        _listen(_LOOPBACK, self.smtp, variable="SMTP_PORT").close()

    def web_answers(self) -> bool:
        """Whether the web process answers requests, whatever it answers."""
        host = _LOOPBACK if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  compared, not bound
        connection = http.client.HTTPConnection(host, self.web, timeout=10)
        try:
            connection.request("GET", "/health/live", headers={"Host": "localhost"})
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def smtp_answers(self) -> bool:
        try:
            socket.create_connection((_LOOPBACK, self.smtp), timeout=1).close()
        except OSError:
            return False
        return True


def child_environment(layout: DataLayout) -> dict[str, str]:
    """Ours, with the data folder spelled out, since children work in another folder."""
    return os.environ | {
        "HELPDESK_DATA": str(layout.data_dir),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "helpdesk.settings"),
        "PYTHONUNBUFFERED": "1",
        # Names and mails are UTF-8 whatever the terminal's locale is.
        "PYTHONUTF8": "1",
    }


def web_spec(layout: DataLayout, listening: socket.socket) -> ChildSpec:
    return ChildSpec(
        name="web",
        command=(sys.executable, "-m", "helpdesk.embedded.web", str(listening.fileno())),
        environment=child_environment(layout),
        folder=REPOSITORY_DIR,
        passed_descriptors=(listening.fileno(),),
    )


def smtp_spec(layout: DataLayout) -> ChildSpec:
    return ChildSpec(
        name="smtp",
        command=(sys.executable, "manage.py", "listen_smtp"),
        environment=child_environment(layout),
        folder=REPOSITORY_DIR,
    )


def worker_specs(layout: DataLayout) -> list[ChildSpec]:
    """Beat and three workers, so that slow providers and long reports never keep incoming messages and timers waiting.

    Sending is waiting for providers: many threads in one process, of which one channel never gets more than it may lease.
    """
    environment = child_environment(layout)
    workers = [
        ChildSpec(
            name=name,
            command=(*_CELERY, "-q", "worker", "-Q", queues, "-n", f"{name}@%h", *pool, *_WORKER_OPTIONS),
            environment=environment,
            folder=REPOSITORY_DIR,
            grace_seconds=_WORKER_GRACE_SECONDS,
            is_shown=lambda line: bool(line) and "Warm shutdown" not in line,
        )
        for name, queues, pool in (
            ("reserved", _RESERVED_QUEUES, ("-c", "1")),
            ("worker", _WORK_QUEUES, ("-c", "2")),
            ("sender", "outbound", ("-P", "threads", "-c", str(_SENDING_THREADS))),
        )
    ]
    schedule = str(layout.data_dir / "beat-schedule")
    beat = ChildSpec(
        name="beat",
        command=(*_CELERY, "-q", "beat", "-s", schedule, "--pidfile=", "--loglevel", "WARNING"),
        environment=environment,
        folder=REPOSITORY_DIR,
    )
    return [*workers, beat]


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise StartRefused(f"{name}={text} is not a port: use a number from 1 to 65535.")
    return int(text)


def _listen(host: str, port: int, *, variable: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    # The connections of a run that just ended do not keep the port.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        reason = (
            "is used by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        )
        raise StartRefused(
            f"Port {port} on {host} {reason}. Choose another one: {variable}={port + 1} make run"
        ) from error
    return listening
