"""Making IMAP connections that can be cut at any moment, also while the server is still greeting."""

import imaplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.errors import MailboxStarttlsError
from imap_tools.utils import check_command_status

from channels_app.adapters.email.forms import STARTTLS, TLS

IO_SECONDS = 20.0


class _Mailbox(BaseMailBox):
    """imap-tools' mailbox around a client that we made, so that we can cut it while it is still being greeted."""

    def __init__(self, make_client: Callable[[], imaplib.IMAP4]) -> None:
        self._make_client = make_client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._make_client()


class _Plain(imaplib.IMAP4):
    """Enters itself into ``clients`` before it connects."""

    def __init__(self, host: str, port: int, clients: list[Any]) -> None:
        clients.append(self)
        super().__init__(host, port, timeout=IO_SECONDS)


class _Encrypted(imaplib.IMAP4_SSL):
    """The same with TLS from the start."""

    def __init__(self, host: str, port: int, clients: list[Any]) -> None:
        clients.append(self)
        super().__init__(host, port, ssl_context=ssl.create_default_context(), timeout=IO_SECONDS)


def connect(security: str, host: str, port: int, clients: list[Any]) -> BaseMailBox:
    """Connect and read the greeting; the client stands in ``clients`` from the start, so that it can be cut meanwhile."""
    return _Mailbox(lambda: _make_client(security, host, port, clients))


def _make_client(security: str, host: str, port: int, clients: list[Any]) -> imaplib.IMAP4:
    if security == TLS:
        return _Encrypted(host, port, clients)
    client = _Plain(host, port, clients)
    if security == STARTTLS:
        result = client.starttls(ssl.create_default_context())
        check_command_status(result, MailboxStarttlsError)
    return client


@contextmanager
def cutting(clients: list[Any], seconds: float) -> Iterator[threading.Event]:
    """Cut the connections when the block takes longer; the event says that this has happened."""
    is_over = threading.Event()

    def cut_all() -> None:
        is_over.set()
        cut(clients)

    watchdog = threading.Timer(seconds, cut_all)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield is_over
    finally:
        watchdog.cancel()


def cut(clients: list[Any]) -> None:
    """Shut the connections down; whoever waits for an answer gets an error at once."""
    for client in clients:
        with suppress(OSError, AttributeError):  # not connected yet, or closed already
            client.sock.shutdown(socket.SHUT_RDWR)
