"""The database dies in the middle of the work, and comes back: nothing lost, nothing doubled, no restart of ours needed."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from helpdesk.embedded.layout import DATABASE_NAME, DATABASE_ROLE, POSTGRES_PORT
from helpdesk.embedded.postgres import PostgresServer
from helpdesk.embedded.postgres_programs import find_programs
from helpdesk.embedded.privileges import make_private_folder, unprivileged_account
from helpdesk.embedded.processes import Child
from tests.faults.conftest import IS_FULL, World, Zygote
from tests.helpdesk.embedded.running import wait_for

RESTARTS = 5 if IS_FULL else 1
OFFERED = 300 * RESTARTS


class Server:
    """A durable cluster that a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        account = unprivileged_account(folder / "cluster")
        if account:
            folder.chmod(0o711)
        self.server = PostgresServer(
            programs=find_programs(account), cluster=folder / "cluster", socket_dir=folder / "socket", account=account
        )
        make_private_folder(self.server.socket_dir, account=account)
        self.server.make_cluster()
        self.start()

    def start(self) -> None:
        self.child = self.server.start(lambda spec: Child(spec, show=lambda name, line: None))

    def crash(self) -> None:
        """Immediate shutdown: every connection is cut, nothing is written down."""
        pid = int((self.server.cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        self.child.stop()
        self.start()

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.server.socket_dir), user=DATABASE_ROLE, dbname=DATABASE_NAME, autocommit=True
        )

    def count(self, what: str) -> int:
        with self.connect() as own:
            return int(own.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # type: ignore[index, arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-", dir="/tmp"))
    made = Server(folder)
    yield made
    made.child.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def world(server: Server, zygote: Zygote, tmp_path: Path) -> World:
    """An installation on that server."""
    place = {"HOST": str(server.server.socket_dir), "PORT": POSTGRES_PORT, "USER": DATABASE_ROLE, "PASSWORD": ""}
    return World(database=DATABASE_NAME, folder=tmp_path / "media", zygote=zygote, server=place)


def test_database_that_crashes_under_work_costs_no_mail(server: Server, world: World, counted: Any) -> None:
    assert world.run("migrate") == 0
    assert world.run("create_channel", kind="email", slug="support", config={"address": "support@desk.example"}) == 0
    assert world.run("store_mails", slug="support", count=OFFERED) == 0
    workers = [world.start("drain_whatever_happens") for _ in range(2)]
    for crash in range(RESTARTS):
        wanted = (crash + 1) * OFFERED // (2 * RESTARTS + 1)
        wait_for(lambda: server.count("tickets_message") >= wanted, what="the work is under way")  # noqa: B023
        server.crash()
    assert [world.wait(worker) for worker in workers] == [0, 0]
    with server.connect() as own:
        own.execute("UPDATE channels_app_inboundevent SET lease_until = NULL WHERE state = 'received'")
    assert world.run("drain") == 0
    stored = server.count("tickets_message")
    counted(crashes=RESTARTS, offered=OFFERED, stored=stored, tickets=server.count("tickets_ticket"))
    assert stored == server.count("tickets_ticket") == OFFERED
    assert server.count("channels_app_inboundevent WHERE state = 'processed'") == OFFERED
