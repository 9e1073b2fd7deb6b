"""Worlds that may be killed: a database of their own, a zygote, and the count of what was offered, stored and sent."""

import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
IS_FULL = os.environ.get("HELPDESK_FAULTS") == "full"
KILLS = 20 if IS_FULL else 2
COUNTS: list[tuple[str, dict[str, int]]] = []


def free_port() -> int:
    """A port of the loopback address that nobody has at this moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def connect(database: str) -> psycopg.Connection:
    """A connection to another database on the server of the tests."""
    known = connection.settings_dict
    return psycopg.connect(
        host=known["HOST"] or None,
        port=known["PORT"] or None,
        user=known["USER"],
        password=known["PASSWORD"] or None,
        dbname=database,
        autocommit=True,
    )


class Zygote:
    """The parent of all processes that may be killed; one a session."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {
            "HELPDESK_DATA": str(folder),
            "HELPDESK_LOG_LEVEL": "CRITICAL",
            "HELPDESK_TRUSTED_HOSTS": "127.0.0.1",
        }
        command = [sys.executable, "-m", "tests.faults.zygote"]
        self._process: Any = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert json.loads(self._process.stdout.readline())["ready"]

    def tell(self, **command: Any) -> dict[str, int]:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def end(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)


@dataclass
class World:
    """One installation that dies and comes back."""

    database: str
    folder: Path
    zygote: Zygote
    server: dict[str, Any] = field(default_factory=dict)
    """Where the database is, unless on the server of the tests."""

    def _tell(self, **command: Any) -> dict[str, int]:
        return self.zygote.tell(database=self.database, server=self.server, media=str(self.folder), **command)

    def run(self, job: str, *, failpoint: str = "", **arguments: Any) -> int:
        """Run a job to its end; returns its exit code, or minus the signal that killed it."""
        return self._tell(do="run", job=job, failpoint=failpoint, arguments=arguments)["status"]

    def start(self, job: str, *, failpoint: str = "", **arguments: Any) -> int:
        """Start a job in the background; returns its pid."""
        return self._tell(do="start", job=job, failpoint=failpoint, arguments=arguments)["pid"]

    def stop(self, pid: int) -> int:
        """Kill a background job if it still runs, and collect it."""
        os.kill(pid, signal.SIGKILL)
        return self.wait(pid)

    def wait(self, pid: int) -> int:
        return self._tell(do="wait", pid=pid)["status"]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with connect(self.database) as own:
            return own.execute(sql).fetchall()  # type: ignore[arg-type]

    def count(self, what: str) -> int:
        return int(self.query(f"SELECT count(*) FROM {what}")[0][0])

    def let_leases_expire(self) -> None:
        """As if the minutes had passed."""
        with connect(self.database) as own:
            for table in ("channels_app_inboundevent", "tickets_message"):
                own.execute(
                    f"UPDATE {table} SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"
                )  # type: ignore[arg-type]
            own.execute("UPDATE tickets_message SET next_try_at = NULL WHERE next_try_at IS NOT NULL")
            own.execute("UPDATE channels_app_channel SET poll_lease_until = NULL, next_poll_at = NULL")

    def kill_at(self, failpoint: str, job: str, **arguments: Any) -> int:
        """Run the job KILLS times with a kill at the second pass of ``failpoint`` each; returns how often it was killed."""
        killed = 0
        for _ in range(KILLS):
            killed += self.run(job, failpoint=f"{failpoint}:2", **arguments) == -signal.SIGKILL
            self.let_leases_expire()
        return killed


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    parent = Zygote(tmp_path_factory.mktemp("data"))
    yield parent
    parent.end()


@pytest.fixture
def world(transactional_db: None, zygote: Zygote, tmp_path: Path) -> Iterator[World]:
    """A world on a copy of the test database."""
    template = connection.settings_dict["NAME"]
    connection.close()
    name = f"fault_{uuid.uuid4().hex[:12]}"
    with connect("postgres") as admin:
        # PostgreSQL copies only what nobody uses, and waits five seconds for those who are leaving. Whoever is still
        # there belongs to an earlier test that has forgotten to close its sessions.
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [template],
        )
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
    try:
        yield World(database=name, folder=tmp_path / "media", zygote=zygote)
    finally:
        with connect("postgres") as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Any:
    """Keep the numbers of a run for the summary."""

    def keep(**numbers: int) -> None:
        COUNTS.append((request.node.name, numbers))

    return keep


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if COUNTS:
        terminalreporter.section("faults: offered, stored, sent")
        for name, numbers in COUNTS:
            terminalreporter.write_line(f"{name}: " + ", ".join(f"{key} {value}" for key, value in numbers.items()))
