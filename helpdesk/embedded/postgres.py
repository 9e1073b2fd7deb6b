"""The embedded PostgreSQL: makes its cluster, runs its server on a private socket, and throwaway ones for tests."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from helpdesk.embedded.errors import StartError, StartRefused
from helpdesk.embedded.layout import DATABASE_NAME, DATABASE_ROLE, POSTGRES_PORT, DataLayout, socket_database_url
from helpdesk.embedded.postgres_programs import PostgresPrograms, find_programs
from helpdesk.embedded.privileges import (
    Account,
    account_name,
    make_folders_for,
    make_passable_folder,
    make_private_folder,
    unprivileged_account,
)
from helpdesk.embedded.processes import Child, ChildSpec, clean_environment

_SUPERUSER = "postgres"
_READY_SECONDS = 60.0
_STALE_LOCK_SECONDS = 30.0
# Chatter at every start and stop.
_CHATTER = ("database system is starting up", "database system is shutting down", "terminating connection due to admin")
# What is wrong has another word in front.
_QUIET_LEVELS = ("LOG:  ", "HINT:  ", "DETAIL:  ", "STATEMENT:  ", "CONTEXT:  ")
_SETTINGS = {
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True, kw_only=True)
class PostgresServer:
    """A cluster's folders and who runs it. Making this object checks and starts nothing."""

    programs: PostgresPrograms
    cluster: Path
    socket_dir: Path
    account: Account | None
    is_throwaway: bool = False

    @property
    def access_dir(self) -> Path:
        """Who may connect. Ours, not the server's: its account must not let itself in elsewhere."""
        return self.cluster.parent / "access"

    def make_cluster(self) -> None:
        """Make the cluster unless it is there. A half-made one is never taken for a whole one."""
        self._write_access_files()
        version_file = self.cluster / "PG_VERSION"
        if version_file.exists():
            self._refuse_other_major(version_file.read_text().strip())
            return
        for leftover in self.cluster.parent.glob("unfinished-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished = self.cluster.parent / f"unfinished-{os.getpid()}"
        make_private_folder(unfinished, account=self.account)
        who = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        answer = subprocess.run(  # noqa: S603  a program of our own installation
            [self.programs.path("initdb"), *self._initdb_options(), "-D", str(unfinished)],
            capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
            env=clean_environment(), cwd="/", check=False, **who,  # type: ignore[call-overload]
        )  # fmt: skip
        if answer.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise StartError(f"The database could not be made in {self.cluster}:\n{answer.stderr.strip()}")
        unfinished.rename(self.cluster)

    def child_spec(self) -> ChildSpec:
        settings = _SETTINGS | {
            "unix_socket_directories": '"' + str(self.socket_dir).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self.access_dir / "pg_hba.conf"),
            "ident_file": str(self.access_dir / "pg_ident.conf"),
        }
        if self.is_throwaway:
            settings |= _THROWAWAY_SETTINGS
        options = (part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return ChildSpec(
            name="postgres",
            command=(self.programs.path("postgres"), "-D", str(self.cluster), *options),
            environment=clean_environment(),
            account=self.account,
            # Fast shutdown: rolls back what is open and leaves a clean cluster.
            stop_signal=signal.SIGQUIT if self.is_throwaway else signal.SIGINT,
            grace_seconds=30.0,
            stops_last=True,
            is_shown=lambda line: not any(text in line for text in _QUIET_LEVELS + _CHATTER),
        )

    def start(self, start_child: Callable[[ChildSpec], Child]) -> Child:
        """Run the server until it answers, with the product's role and database in it. Raises StartError.

        A server that a killed start left behind is ended first. One that is just going down is waited for.
        """
        end_orphan(self.cluster, self.socket_dir)
        give_up_at = time.monotonic() + _STALE_LOCK_SECONDS
        while True:
            child = start_child(self.child_spec())
            try:
                self._wait_until_ready(child)
            except StartError:
                child.stop()
                is_locked = any("postmaster.pid" in line or "shared memory block" in line for line in child.last_lines)
                if not is_locked or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.5)
            except BaseException:
                child.stop()
                raise
            else:
                return child

    def _initdb_options(self) -> list[str]:
        options = ["--username", _SUPERUSER, "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "peer"]
        if self.programs.major >= 17:
            # Byte order that no update of the operating system can change.
            options.append("--locale-provider=builtin")
        if self.is_throwaway:
            options += ["--no-sync", "--no-instructions"]
        return options

    def _write_access_files(self) -> None:
        """Only the operating system accounts that may own this data get in, whoever reaches the socket."""
        make_passable_folder(self.access_dir)
        uids = {0, os.geteuid()} | ({self.account.uid} if self.account else set())
        names = sorted(map(account_name, uids))
        lines = [f'helpdesk "{name}" {role}\n' for name in names for role in (DATABASE_ROLE, _SUPERUSER)]
        files = {"pg_hba.conf": "local all all peer map=helpdesk\n", "pg_ident.conf": "".join(lines)}
        for file_name, text in files.items():
            path = self.access_dir / file_name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)

    def _refuse_other_major(self, found: str) -> None:
        if found == str(self.programs.major):
            return
        raise StartRefused(
            f"The data in {self.cluster} was made by PostgreSQL {found}, and this is {self.programs.version}. "
            f"Nothing was changed. To keep the data: run PostgreSQL {found} with HELPDESK_POSTGRES_BIN=<folder of its "
            "programs> python manage.py backup helpdesk.backup, move the data folder aside, and then run "
            "python manage.py restore helpdesk.backup without HELPDESK_POSTGRES_BIN."
        )

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while child.is_running and time.monotonic() < deadline:
            try:
                with _connect(self.socket_dir, role=_SUPERUSER, database="postgres") as connection:
                    _make_database(connection)
                    return
            except psycopg.OperationalError:
                time.sleep(0.05)
        child.stop()
        raise StartError("PostgreSQL did not start:\n" + "\n".join(child.last_lines))


def server_for(layout: DataLayout) -> PostgresServer:
    """The installation's own server, its folders made and its programs found. Raises StartError."""
    account = unprivileged_account(layout.postgres_data_dir)
    make_folders_for(layout, account=account)
    return PostgresServer(
        programs=find_programs(account),
        cluster=layout.postgres_data_dir,
        socket_dir=layout.postgres_socket_dir,
        account=account,
    )


def is_answering(socket_dir: Path) -> bool:
    """Whether the product's database can be connected to now."""
    if not (socket_dir / f".s.PGSQL.{POSTGRES_PORT}").exists():
        return False
    try:
        _connect(socket_dir, role=DATABASE_ROLE, database=DATABASE_NAME).close()
    except psycopg.OperationalError:
        return False
    return True


def end_orphan(cluster: Path, socket_dir: Path) -> None:
    """Stop a server that runs on this cluster without a supervisor; the caller holds the lock that says so.

    What a dead server left is removed: its process number may belong to another program by now, and PostgreSQL would
    wait for that one for ever.
    """
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        pid = 0
    if pid and _serves(pid, cluster):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _STALE_LOCK_SECONDS
        while _serves(pid, cluster):
            if time.monotonic() > deadline:
                raise StartError(
                    f"Another PostgreSQL server (process {pid}) runs on {cluster} and does not stop. End it."
                )
            time.sleep(0.1)
    if Path("/proc/self").exists():
        for leftover in (cluster / "postmaster.pid", *socket_dir.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_server(*, is_durable: bool = False) -> Iterator[str]:
    """A server on a new, empty cluster that is gone afterwards; yields its URL. For tests: a crash loses data.

    ``is_durable``: it waits for the disk as the product's own does, for measurements.
    """
    # A TMPDIR may be too long for a socket, or closed to the account that runs the server.
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-", dir="/tmp"))
    try:
        account = unprivileged_account(folder / "cluster")
        if account:
            folder.chmod(0o711)
        server = PostgresServer(
            programs=find_programs(account),
            cluster=folder / "cluster",
            socket_dir=folder / "socket",
            account=account,
            is_throwaway=not is_durable,
        )
        make_private_folder(server.socket_dir, account=account)
        server.make_cluster()
        child = server.start(lambda spec: Child(spec, show=lambda name, line: None))
        try:
            yield socket_database_url(server.socket_dir)
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _connect(socket_dir: Path, *, role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(socket_dir), port=POSTGRES_PORT, user=role, dbname=database, autocommit=True, connect_timeout=5
    )


def _make_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """The role of the product (which is no superuser, but may make the databases of tests) and its database."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE_ROLE]).fetchone():
        connection.execute(f"CREATE ROLE {DATABASE_ROLE} LOGIN CREATEDB")
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
        connection.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {DATABASE_ROLE}")


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that process is alive and a PostgreSQL server of that cluster, as far as this system can tell."""
    if Path("/proc/self").exists():
        try:
            # A server works in its data folder.
            is_here = Path(f"/proc/{pid}/cwd").samefile(cluster)
            return is_here and Path(f"/proc/{pid}/comm").read_text().strip() in ("postgres", "postmaster")
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
