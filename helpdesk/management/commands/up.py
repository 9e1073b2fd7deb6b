"""``manage.py up``: everything the product needs, in the foreground, until Ctrl-C."""

import io
import json
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from helpdesk.embedded import postgres, valkey
from helpdesk.embedded.console import Console
from helpdesk.embedded.errors import StartError, StartRefused
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.locks import FileLock
from helpdesk.embedded.postgres_programs import programs_note
from helpdesk.embedded.privileges import make_data_folder
from helpdesk.embedded.stack import Ports, smtp_spec, web_spec, worker_specs
from helpdesk.embedded.static_files import StaticFiles
from helpdesk.embedded.supervisor import Supervisor

_ANSWER_SECONDS = 90.0
_COMMANDS_SECONDS = 30.0
_MIGRATION_LOCK = 7_246_001
"""Any number: that of the advisory lock under which one of several hosts migrates."""


class Command(BaseCommand):
    help = "Starts the database, the broker, the web server, the workers and the SMTP listener. Ctrl-C stops them all."

    def handle(self, *args: Any, **options: Any) -> None:
        layout = DataLayout.from_environment()
        console = Console()
        try:
            ports = Ports.from_environment(os.environ)
            make_data_folder(layout)
            with FileLock(layout.up_lock) as lock:
                _claim(lock, ports)
                with ports.bind_web() as listening:
                    ports.check_smtp()
                    _wait_for_commands(layout, console)
                    _run(layout, ports, listening, console)
        except StartError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            console.say("stopped")


def _claim(lock: FileLock, ports: Ports) -> None:
    """Raises StartRefused when another ``up`` runs on the same data."""
    # A command that looks whether we run holds it for a moment.
    if not lock.acquire(timeout_seconds=1.0):
        raise StartRefused(
            f"It runs already on this data: {lock.read_note() or 'an instance that is just starting'}. Stop that one "
            "with Ctrl-C, or give this one its own data folder and ports: HELPDESK_DATA=FOLDER PORT=8001 SMTP_PORT=2526"
        )
    lock.write_note(f"process {os.getpid()}, {ports.address}")


def _wait_for_commands(layout: DataLayout, console: Console) -> None:
    """Commands that began before us use a database of their own on the same data. Raises StartRefused."""
    if not layout.uses_embedded_postgres:
        return
    with FileLock(layout.commands_lock) as alone:
        if alone.acquire():
            return
        console.say("waiting for a manage.py command that uses the database")
        if not alone.acquire(timeout_seconds=_COMMANDS_SECONDS):
            raise StartRefused("A manage.py command still uses the database of this data folder. Let it end first.")


def _run(layout: DataLayout, ports: Ports, listening: socket.socket, console: Console) -> None:
    with Supervisor(console) as supervisor:
        console.step(f"starting with the data in {layout.data_dir}")
        static_files = StaticFiles(layout)
        static_files.begin(supervisor.start)
        _start_services(layout, supervisor, console)
        first_start = _prepare_database(console)
        if static_files.finish():
            console.step("the static files are collected")
        _start_processes(layout, ports, listening, supervisor, console)
        _welcome(ports, first_start, console)
        try:
            supervisor.watch()
        finally:
            console.say("stopping")


def _start_services(layout: DataLayout, supervisor: Supervisor, console: Console) -> None:
    if layout.uses_embedded_postgres:
        server = postgres.server_for(layout)
        server.make_cluster()
        server.start(supervisor.start)
        console.step(f"PostgreSQL {server.programs.version} is ready")
        if not server.cluster.is_relative_to(layout.data_dir):
            console.say(f"its data is in {server.cluster}: {layout.data_dir} is closed to the account that runs it")
        if note := programs_note(server.programs):
            console.say(note)
    if layout.uses_embedded_broker:
        valkey.server_for(layout).start(supervisor.start)
        console.step("Valkey is ready")


def _prepare_database(console: Console) -> dict[str, Any]:
    """Bring the schema and the first rows up to date; returns what ``prepare_first_start`` printed for programs."""
    try:
        if _migrate():
            console.step("the database schema is up to date")
        output = io.StringIO()
        call_command("prepare_first_start", stdout=output)
        console.step("the first rows are there")
    except OperationalError as error:
        raise StartError(f"The database does not answer: {error}") from error
    finally:
        connections.close_all()
    found: dict[str, Any] = json.loads(output.getvalue().strip().splitlines()[-1])
    return found


def _migrate() -> bool:
    """Apply what is missing; returns whether anything was. One host at a time, however long it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def _start_processes(
    layout: DataLayout, ports: Ports, listening: socket.socket, supervisor: Supervisor, console: Console
) -> None:
    supervisor.start(web_spec(layout, listening))
    supervisor.start(smtp_spec(layout))
    _wait_until(ports.web_answers, supervisor, what="The web server")
    console.step("the web server answers")
    # Not earlier: on a small machine they would all start more slowly together.
    for spec in worker_specs(layout):
        supervisor.start(spec)
    _wait_until(ports.smtp_answers, supervisor, what="The SMTP listener")
    console.step("the SMTP listener answers, the workers are started")


def _wait_until(answers: Callable[[], bool], supervisor: Supervisor, *, what: str) -> None:
    deadline = time.monotonic() + _ANSWER_SECONDS
    while not answers():
        supervisor.check()
        if time.monotonic() > deadline:
            raise StartError(f"{what} did not answer within {_ANSWER_SECONDS:.0f} seconds.")
        time.sleep(0.05)


def _welcome(ports: Ports, first_start: dict[str, Any], console: Console) -> None:
    console.say(f"ready after {console.seconds:.1f} s")
    console.say(f"open {ports.address}   mail to support@localhost goes to 127.0.0.1:{ports.smtp}   Ctrl-C stops all")
    if first_start.get("admin_created"):
        console.say(
            f"log in as {first_start['username']} with the password {first_start['password']} (shown this once)"
        )
