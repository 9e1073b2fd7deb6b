"""The database dies in the middle of the work, and comes back: nothing lost, nothing doubled, no restart of ours needed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.embedded.layout import socket_database_url
from helpdesk.embedded.postgres import PostgresServer
from helpdesk.embedded.postgres_programs import find_programs
from helpdesk.embedded.privileges import make_private_folder, unprivileged_account
from helpdesk.embedded.processes import Child
from tests.faults.conftest import IS_FULL, ROOT

RESTARTS = 5 if IS_FULL else 1
OFFERED = 150 * RESTARTS
WORK = """
import time
from django.db import connection
from django.db.utils import Error
from tests.faults import jobs
{job}
deadline = time.monotonic() + 100
while True:
    try:
        jobs.drain()
        break
    except Error:
        connection.close()
        if time.monotonic() > deadline:
            raise
"""


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

    def count(self, what: str) -> int:
        with psycopg.connect(host=str(self.server.socket_dir), user="helpdesk", dbname="helpdesk") as own:
            return int(own.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # type: ignore[index, arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-", dir="/tmp"))
    made = Server(folder)
    yield made
    made.child.stop()
    shutil.rmtree(folder, ignore_errors=True)


def environment_of(server: Server, folder: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": socket_database_url(server.server.socket_dir),
        "HELPDESK_DATA": str(folder / "data"),
        "HELPDESK_LOG_LEVEL": "CRITICAL",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    }


def program(job: str) -> list[str]:
    silent = "from celery import Celery; Celery.send_task = lambda *a, **k: None\n"
    return [sys.executable, "-c", f"import django; django.setup()\n{silent}{job}"]


def test_database_that_crashes_under_work_costs_no_mail(server: Server, tmp_path: Path, counted) -> None:
    environment = environment_of(server, tmp_path)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"], cwd=ROOT, env=environment, check=True
    )
    config = {"address": "support@desk.example"}
    offer = (
        "from tests.faults import jobs\n"
        f"jobs.create_channel(kind='email', slug='support', config={config!r})\n"
        f"jobs.store_mails(slug='support', count={OFFERED})"
    )
    subprocess.run(program(offer), cwd=ROOT, env=environment, check=True)
    workers = [subprocess.Popen(program(WORK.format(job="")), cwd=ROOT, env=environment) for _ in range(2)]
    crashes = 0
    while any(worker.poll() is None for worker in workers):
        with contextlib.suppress(subprocess.TimeoutExpired):
            next(worker for worker in workers if worker.returncode is None).wait(0.05)
        if crashes < RESTARTS and server.count("tickets_message") >= (crashes + 1) * OFFERED // (2 * RESTARTS + 1):
            server.crash()
            crashes += 1
    with psycopg.connect(
        host=str(server.server.socket_dir), user="helpdesk", dbname="helpdesk", autocommit=True
    ) as own:
        own.execute("UPDATE channels_app_inboundevent SET lease_until = NULL WHERE state = 'received'")
    subprocess.run(program(WORK.format(job="")), cwd=ROOT, env=environment, check=True)
    stored = server.count("tickets_message")
    counted(crashes=crashes, offered=OFFERED, stored=stored, tickets=server.count("tickets_ticket"))
    assert crashes == RESTARTS
    assert stored == server.count("tickets_ticket") == OFFERED
    assert server.count("channels_app_inboundevent WHERE state = 'processed'") == OFFERED
