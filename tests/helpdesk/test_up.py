"""``manage.py up`` as a person at a terminal sees it: the whole product, once, and what it refuses."""

import http.client
import re
import shutil
import signal
import smtplib
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.embedded import postgres, valkey
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.locks import FileLock
from tests.helpdesk.embedded.running import REPOSITORY_DIR, Run, free_port, wait_for

MANAGE = REPOSITORY_DIR / "manage.py"
Start = Callable[..., Run]


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a space and unicode in its path, below a folder that any account may pass through."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        data = DataLayout(data_dir=Path(name) / "with space" / "ünïcödé")
        yield data.data_dir
        for outside in (data.root_dir, data.postgres_socket_dir, data.valkey_socket.parent):
            shutil.rmtree(outside, ignore_errors=True)


def up(folder: Path, *, web: int, smtp: int, **environment: str) -> Run:
    """An instance with a locale that does not exist."""
    values = {
        "HELPDESK_ADMIN_PASSWORD": "a password of the test",
        "HELPDESK_DEMO": "0",
        "LC_ALL": "xx_YY",
    } | environment
    return Run(MANAGE, "up", HELPDESK_DATA=folder, PORT=str(web), SMTP_PORT=str(smtp), **values)


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def fastest_answer_seconds(port: int, path: str) -> float:
    """Of several requests on one connection: where small answers wait for acknowledgements, none takes under 0.04."""
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    seconds = []
    for _ in range(10):
        began = time.monotonic()
        connection.request("GET", path)
        connection.getresponse().read()
        seconds.append(time.monotonic() - began)
    connection.close()
    return min(seconds)


def rows(folder: Path, query: str) -> int:
    host = str(DataLayout(data_dir=folder).postgres_socket_dir)
    with psycopg.connect(host=host, port=5432, user="helpdesk", dbname="helpdesk") as connection:
        found = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert found
    return int(found[0])


def test_product_starts_serves_survives_a_kill_and_leaves_nothing(folder: Path) -> None:
    web, smtp = free_port(), free_port()
    with up(folder, web=web, smtp=smtp) as run:
        run.wait_for_line(f"open http://localhost:{web}/admin/", seconds=90)
        assert "log in as admin" in run.output
        for step in ("PostgreSQL .* is ready", "Valkey is ready", "schema is up to date", "first rows are there",
                     "web server answers", "workers are started"):  # fmt: skip
            assert re.search(rf"{step}.* \(\d+\.\d s\)", run.output), step
        assert re.search(r"ready after \d+\.\d s", run.output)
        assert "csrfmiddlewaretoken" in page(web, "/admin/login/")
        assert fastest_answer_seconds(web, "/health/live") < 0.03
        with Run(MANAGE, "shell", "-c", "import sys; print(sys.argv)", HELPDESK_DATA=folder) as command:
            assert command.ended() == 0
        with up(folder, web=free_port(), smtp=free_port()) as second:
            assert second.ended() == 1
            assert (
                f"It runs already on this data: process {run.process.pid}, http://localhost:{web}/admin/"
                in second.output
            )
        with smtplib.SMTP("127.0.0.1", smtp, timeout=10) as client:
            client.sendmail(
                "ann@example.org", "support@localhost", "Subject: Hello\r\nFrom: ann@example.org\r\n\r\nHelp"
            )
        wait_for(lambda: rows(folder, "SELECT count(*) FROM tickets_ticket") == 1, what="the mail becomes a ticket")
        run.end(signal.SIGKILL)
        wait_for(lambda: not run.left(), what="nothing is left of a killed instance")
    with up(folder, web=web, smtp=smtp) as run:
        began = time.monotonic()
        run.wait_for_line(f"open http://localhost:{web}/admin/")
        seconds = time.monotonic() - began
        assert "log in as" not in run.output
        assert "collected" not in run.output
        assert rows(folder, "SELECT count(*) FROM tickets_ticket") == 1
        assert run.end(signal.SIGINT) == 0
        assert run.left() == []
        assert "Traceback" not in run.output
    assert seconds < 30


def test_taken_web_port_is_refused_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with up(folder, web=port, smtp=free_port()) as run:
            assert run.ended() == 1
            assert (
                f"Port {port} on 127.0.0.1 is used by another program. Choose another one: PORT={port + 1}"
                in run.output
            )
            assert "Traceback" not in run.output
    assert not (folder / "postgres").exists()


def test_taken_smtp_port_is_refused_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with up(folder, web=free_port(), smtp=port) as run:
            assert run.ended() == 1
            assert f"Choose another one: SMTP_PORT={port + 1}" in run.output
    assert not (folder / "postgres").exists()


def test_instance_waits_for_commands_that_began_before_it(folder: Path) -> None:
    data = DataLayout(data_dir=folder)
    folder.mkdir(parents=True)
    with FileLock(data.commands_lock, is_shared=True) as command:
        assert command.acquire()
        with up(folder, web=free_port(), smtp=free_port()) as run:
            run.wait_for_line("waiting for a manage.py command that uses the database")
            assert not (folder / "postgres").exists()


def test_external_services_start_nothing_embedded(folder: Path) -> None:
    web, smtp = free_port(), free_port()
    with postgres.temporary_server() as database, valkey.temporary_server() as broker:
        external = {"DATABASE_URL": database, "CELERY_BROKER_URL": broker}
        with up(folder, web=web, smtp=smtp, **external) as run:
            run.wait_for_line("the database schema is up to date", seconds=60)
            left = " ".join(run.left())
            assert "valkey" not in left
            assert "postgres" not in left
            assert "PostgreSQL" not in run.output
            run.end(signal.SIGTERM)
            assert run.left() == []
        assert not (folder / "postgres").exists()
        assert not (folder / "valkey").exists()


def test_unreachable_external_database_is_said_in_one_line(folder: Path) -> None:
    external = {"DATABASE_URL": f"postgres://u@127.0.0.1:{free_port()}/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    with up(folder, web=free_port(), smtp=free_port(), **external) as run:
        assert run.ended() == 1
        assert "The database does not answer" in run.output
        assert "Traceback" not in run.output
