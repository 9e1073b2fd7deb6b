"""Large mails are read in a process of their own, with a limit on time and memory.

One process is kept and used again. It knows no settings and no database: bytes in, items out. Run as
``python -m channels_app.adapters.email.sandbox`` it is that process.
"""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from channels_app.adapters.base import InboundItem
from channels_app.adapters.email.limits import (
    IN_PROCESS_BYTES,
    MAX_TOTAL_BYTES,
    PARSER_ADDRESS_SPACE_BYTES,
    PARSER_SECONDS,
)
from channels_app.adapters.email.parse import parse_email
from channels_app.adapters.email.wire import dump_items, load_items, read_frame, write_frame
from helpdesk.common.errors import ParseError

_ROOT = Path(__file__).resolve().parents[3]


def parse_guarded(
    raw: bytes, *, own_addresses: frozenset[str] = frozenset(), max_bytes: int = MAX_TOTAL_BYTES
) -> list[InboundItem]:
    """As ``parse_email``; above 256 KB in the parser process.

    Raises ParseError, also with "parser_timeout" where reading took longer than the limit and "parser_crashed" where
    the process died of the mail.
    """
    if len(raw) <= IN_PROCESS_BYTES or len(raw) > max_bytes:
        return parse_email(raw, own_addresses=own_addresses, max_bytes=max_bytes)
    return _parser.parse(raw, own_addresses, max_bytes)


class ParserProcess:
    """The parser process of this process, started on first use. Calls of several threads wait for each other."""

    def __init__(self, *, seconds: float = PARSER_SECONDS, command: tuple[str, ...] = ()) -> None:
        self._seconds = seconds
        self._command = command or (sys.executable, "-m", "channels_app.adapters.email.sandbox")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def parse(self, raw: bytes, own_addresses: frozenset[str], max_bytes: int = MAX_TOTAL_BYTES) -> list[InboundItem]:
        """Have the mail read. A process that has died in between is replaced without anybody noticing."""
        with self._lock:
            process = self._running()
            timed_out = threading.Event()
            watchdog = threading.Timer(self._seconds, _kill, (process, timed_out))
            watchdog.daemon = True
            watchdog.start()
            try:
                answer = _ask(process, raw, own_addresses, max_bytes)
            finally:
                watchdog.cancel()
            if answer is None or timed_out.is_set():
                self.stop()
        if answer is not None:
            return answer
        if timed_out.is_set():
            raise ParseError("parser_timeout", f"Reading the mail took longer than {self._seconds:g} seconds.")
        raise ParseError("parser_crashed", "The parser process died while reading the mail.")

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            _close_pipes(process)

    def forget(self) -> None:
        """After a fork: the process belongs to the parent, so leave it running and start another when needed."""
        process, self._process = self._process, None
        self._lock = threading.Lock()
        if process is not None:
            _close_pipes(process)
            process.returncode = 0  # keeps Popen from waiting for a process that is no child of ours

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self._process


def _ask(
    process: subprocess.Popen[bytes], raw: bytes, own_addresses: frozenset[str], max_bytes: int
) -> list[InboundItem] | None:
    """The answer of the process, or None where it died. Raises the ParseError that it reports."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        write_frame(process.stdin, {"own_addresses": sorted(own_addresses), "max_bytes": max_bytes}, [raw])  # type: ignore[arg-type]
        frame = read_frame(process.stdout)  # type: ignore[arg-type]
    except (OSError, ValueError):
        return None
    if frame is None:
        return None
    header, blobs = frame
    if "error" in header:
        raise ParseError(header["error"]["code"], header["error"]["message"])
    return load_items(header["items"], blobs)


def _kill(process: subprocess.Popen[bytes], timed_out: threading.Event) -> None:
    timed_out.set()
    process.kill()


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


_parser = ParserProcess()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_parser.forget)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Read mails until the other side closes the pipe."""
    while (frame := read_frame(requests)) is not None:
        header, blobs = frame
        try:
            items = parse_email(
                blobs[0], own_addresses=frozenset(header["own_addresses"]), max_bytes=header["max_bytes"]
            )
            dumped, attachments = dump_items(items)
            write_frame(answers, {"items": dumped}, attachments)
        except ParseError as error:
            write_frame(answers, {"error": {"code": error.code, "message": error.message}}, [])


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (PARSER_ADDRESS_SPACE_BYTES, PARSER_ADDRESS_SPACE_BYTES))


if __name__ == "__main__":
    _limit_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
