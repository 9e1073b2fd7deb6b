"""Where things lie, and that what others read from it is what they can use."""

import os
from pathlib import Path

import environ
import pytest

from helpdesk.embedded.layout import MAXIMUM_SOCKET_PATH_BYTES, DataLayout, can_enter

LONG = "a" * 120


def layout(folder: Path) -> DataLayout:
    return DataLayout.from_environment({"HELPDESK_DATA": str(folder)})


@pytest.mark.parametrize("name", ["plain", "with space", "ünïcödé 数据", LONG, "a+b%20c?d#e"])
def test_database_url_is_read_as_a_socket_folder(tmp_path: Path, name: str) -> None:
    here = layout(tmp_path / name)
    parsed = environ.Env.db_url_config(here.database_url())
    assert parsed["HOST"] == str(here.postgres_socket_dir)
    assert (parsed["NAME"], parsed["USER"], parsed["PORT"]) == ("helpdesk", "helpdesk", 5432)


@pytest.mark.parametrize("name", ["plain", "with space", "ünïcödé 数据", LONG])
def test_sockets_fit_into_an_address_whatever_the_path(tmp_path: Path, name: str) -> None:
    here = layout(tmp_path / name)
    for path in (here.postgres_socket_dir / ".s.PGSQL.5432", here.valkey_socket):
        assert len(os.fsencode(path)) <= MAXIMUM_SOCKET_PATH_BYTES
        assert str(path).isascii()
        assert " " not in str(path)


def test_two_data_folders_never_share_a_socket(tmp_path: Path) -> None:
    one, other = layout(tmp_path / LONG / "one"), layout(tmp_path / LONG / "other")
    assert one.postgres_socket_dir != other.postgres_socket_dir
    assert one.valkey_socket != other.valkey_socket


def test_external_services_replace_the_embedded_ones() -> None:
    values = {"DATABASE_URL": "postgres://u@db.example.org/x", "CELERY_BROKER_URL": "redis://broker.example.org/0"}
    outside = DataLayout.from_environment(values)
    assert not outside.uses_embedded_postgres
    assert not outside.uses_embedded_broker


def test_data_lie_beside_manage_py_unless_told_otherwise() -> None:
    here = DataLayout.from_environment({})
    assert here.data_dir.name == ".data"
    assert (here.data_dir.parent / "manage.py").exists()
    assert here.uses_embedded_postgres
    assert here.uses_embedded_broker


def test_closed_folder_above_keeps_others_out(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True, mode=0o755)
    (tmp_path / "closed").chmod(0o700)
    assert not can_enter(inner, uid=-1, gid=-1)
    assert can_enter(inner / "not made yet", uid=os.geteuid(), gid=os.getegid())
