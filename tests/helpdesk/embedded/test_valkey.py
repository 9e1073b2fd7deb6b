"""The embedded Valkey on its own."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.embedded import valkey
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.processes import Child, ChildSpec


def start_child(spec: ChildSpec) -> Child:
    return Child(spec, show=lambda name, line: None)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[valkey.ValkeyServer]:
    data = DataLayout(data_dir=tmp_path / "with space" / "ünïcödé 数据")
    yield valkey.server_for(data)
    for folder in (data.root_dir, data.valkey_socket.parent):
        shutil.rmtree(folder, ignore_errors=True)


def test_throwaway_server_is_gone_afterwards() -> None:
    with valkey.temporary_server() as url:
        socket_file = Path(url.removeprefix("redis+socket://"))
        assert valkey.ask(socket_file, "PING") == "+PONG"
    assert not socket_file.parent.exists()


def test_queue_outlives_a_restart(server: valkey.ValkeyServer) -> None:
    child = server.start(start_child)
    assert valkey.ask(server.socket_file, "LPUSH inbound task") == ":1"
    assert child.stop()
    child = server.start(start_child)
    assert valkey.ask(server.socket_file, "LLEN inbound") == ":1"
    child.stop()


def test_queue_outlives_a_kill(server: valkey.ValkeyServer) -> None:
    child = server.start(start_child)
    valkey.ask(server.socket_file, "LPUSH inbound task")
    child.process.send_signal(signal.SIGKILL)
    child.process.wait()
    child = server.start(start_child)
    assert valkey.ask(server.socket_file, "LLEN inbound") == ":1"
    child.stop()


def test_server_that_outlived_its_supervisor_is_ended_first(server: valkey.ValkeyServer) -> None:
    orphan = server.start(start_child)
    child = server.start(start_child)
    assert not orphan.is_running
    child.stop()


def test_nobody_listens_on_a_port(server: valkey.ValkeyServer) -> None:
    child = server.start(start_child)
    listening = Path(f"/proc/{child.pid}/net/tcp")
    if listening.exists():
        sockets = {link.readlink().name for link in Path(f"/proc/{child.pid}/fd").iterdir() if link.is_symlink()}
        inodes = {line.split()[9] for line in listening.read_text().splitlines()[1:]}
        assert not {f"socket:[{inode}]" for inode in inodes} & sockets
    child.stop()
