"""Handing a mail to an SMTP server: the only file that speaks SMTP outwards. Knows for sure what was accepted, or says so."""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.email.failures import describe
from channels_app.adapters.email.forms import PLAIN, SMTP_PORTS, STARTTLS, TLS

CONNECT_SECONDS = 5.0
IO_SECONDS = 20.0
TOTAL_SECONDS = 60.0
_SLICE_BYTES = 64 * 1024
_DOTS = re.compile(rb"(?m)^\.")
_SCHEMES = {"smtp": PLAIN, "smtp+tls": STARTTLS, "smtp+ssl": TLS, "smtps": TLS}


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail leaves."""

    host: str
    port: int
    security: str
    username: str = ""
    password: str = ""

    @classmethod
    def of_channel(cls, channel: ChannelConfig) -> Self | None:
        """The channel's own server, else the installation's; None where mail has no way out."""
        config = channel.config
        if not config.get("smtp_host"):
            return cls.from_url(settings.HELPDESK_MAIL_URL)
        security = str(config.get("smtp_security") or STARTTLS)
        return cls(
            host=str(config["smtp_host"]),
            port=int(config.get("smtp_port") or SMTP_PORTS[security]),
            security=security,
            username=str(config.get("smtp_username") or ""),
            password=str(channel.secrets.get("smtp_password") or ""),
        )

    @classmethod
    def from_url(cls, url: str) -> Self | None:
        """From ``smtp+tls://user:password@host:587``; None for an empty one. Raises AdapterError for a wrong one."""
        if not url:
            return None
        try:
            parts = urlsplit(url)
            security, port = _SCHEMES[parts.scheme], parts.port
        except (ValueError, KeyError):
            security, port, parts = "", None, urlsplit("")
        if not security or not parts.hostname:
            text = _("HELPDESK_MAIL_URL is not like smtp+tls://user:password@host:587.")
            raise AdapterError("bad_mail_url", text, permanent=False)
        return cls(
            host=parts.hostname,
            port=port or SMTP_PORTS[security],
            security=security,
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


class SmtpConnection:
    """Connected and logged in. Every failure is an AdapterError that says whether the mail may have been accepted."""

    def __init__(self, client: smtplib.SMTP, server: SmtpServer) -> None:
        self._client = client
        self._server = server
        self._is_data_complete = False

    @classmethod
    @contextlib.contextmanager
    def open(cls, server: SmtpServer, *, local_hostname: str = "") -> Iterator[Self]:
        """Connect, encrypt and log in; all that happens inside the block ends within 60 seconds."""
        watchdog: threading.Timer | None = None
        client = _Client(local_hostname=local_hostname or "localhost", timeout=IO_SECONDS)
        connection = cls(client, server)
        is_over = threading.Event()
        try:
            watchdog = threading.Timer(TOTAL_SECONDS, _cut, (client, is_over))
            watchdog.daemon = True
            watchdog.start()
            connection._start()
            yield connection
        except AdapterError:
            raise
        except Exception as error:
            described = describe(TimeoutError() if is_over.is_set() else error, host=server.host, port=server.port)
            described.is_uncertain = connection._is_data_complete
            raise described from error
        finally:
            if watchdog is not None:
                watchdog.cancel()
            client.end()

    def send(self, sender: str, recipients: Sequence[str], mail: bytes) -> dict[str, str]:
        """Hand over one mail; returns the refused recipients with the server's words.

        The first recipient must be accepted, else nothing is sent. Raises AdapterError: 4xx temporary, 5xx permanent,
        uncertain when the connection broke after the last byte and before the answer.
        """
        options = [f"size={len(mail)}"] if self._client.has_extn("size") else []
        _expect(self._client.mail(sender, options), 250, "sender")
        refused: dict[str, str] = {}
        for recipient in recipients:
            answer = self._client.rcpt(recipient)
            if answer[0] not in (250, 251):
                if recipient == recipients[0]:
                    raise _refusal(answer, "recipient")
                refused[recipient] = _words(answer)
        self._send_data(mail)
        return refused

    def try_sender(self, sender: str) -> None:
        """Ask whether the server would take mail from ``sender``; sends nothing. Raises AdapterError."""
        _expect(self._client.mail(sender), 250, "sender")
        self._client.rset()

    def _start(self) -> None:
        client, server = self._client, self._server
        # Reading the certificates of the operating system takes longer than a whole mail.
        context = ssl.create_default_context() if server.security in (TLS, STARTTLS) else None
        client.tls_context = context if server.security == TLS else None  # type: ignore[attr-defined]
        client.connect(server.host, server.port)
        client.ehlo_or_helo_if_needed()
        if server.security == STARTTLS:
            client.starttls(context=context)
            client.ehlo()
        if server.username:
            try:
                client.login(server.username, server.password)
            except smtplib.SMTPAuthenticationError as error:
                answer = _words((error.smtp_code, error.smtp_error))
                values = {"host": server.host, "answer": answer}
                # The channel's trouble, not the message's: it can leave as soon as somebody has entered the password.
                raise AdapterError(
                    "login", _("%(host)s refuses the login: %(answer)s") % values, permanent=False
                ) from error

    def _send_data(self, mail: bytes) -> None:
        self._client.putcmd("data")
        _expect(self._client.getreply(), 354, "message")
        quoted = _DOTS.sub(b"..", mail)
        quoted = quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n"
        # In slices: the socket's time limit holds for each call, and a large mail takes longer than that.
        for start in range(0, len(quoted), _SLICE_BYTES):
            self._client.send(quoted[start : start + _SLICE_BYTES])
        # From the lone period on the server may take the mail, whether or not its answer arrives.
        self._is_data_complete = True
        self._client.send(b".\r\n")
        answer = self._client.getreply()
        if answer[0] == -1:
            raise smtplib.SMTPServerDisconnected("no answer to the message")
        self._is_data_complete = False
        _expect(answer, 250, "message")


class _Client(smtplib.SMTP):
    """smtplib's client with a short time limit for connecting and TLS from the start on request."""

    tls_context: ssl.SSLContext | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connected = socket.create_connection((host, port), CONNECT_SECONDS)
        connected.settimeout(timeout)
        # The end of a mail is a small write after another: it must not wait until the server has acknowledged the first.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if self.tls_context is not None:
            self._host = host
            return self.tls_context.wrap_socket(connected, server_hostname=host)
        return connected

    def end(self) -> None:
        """Say goodbye and go: nothing depends on the answer, and a slow one must not hold us up."""
        with contextlib.suppress(Exception):
            if self.sock is not None:
                self.sock.settimeout(2)
                self.putcmd("quit")
        self.close()


def _cut(client: smtplib.SMTP, is_over: threading.Event) -> None:
    is_over.set()
    with contextlib.suppress(OSError, AttributeError):
        client.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def _expect(answer: tuple[int, bytes], wanted: int, what: str) -> None:
    if answer[0] == -1:
        raise smtplib.SMTPServerDisconnected("the server closed the connection")
    if answer[0] != wanted:
        raise _refusal(answer, what)


def _refusal(answer: tuple[int, bytes], what: str) -> AdapterError:
    """RFC 5321: 4xx asks to try again, 5xx never will."""
    code = answer[0]
    if code == 421 or not 400 <= code <= 599:
        text = _("The mail server closes the connection: %(answer)s")
        return AdapterError("closing", text % {"answer": _words(answer)}, permanent=False)
    texts = {
        "sender": _("The mail server does not take mail from this channel's address: %(answer)s"),
        "recipient": _("The mail server does not take mail for this recipient: %(answer)s"),
        "message": _("The mail server does not take this mail: %(answer)s"),
    }
    return AdapterError(f"smtp_{what}_{code}", texts[what] % {"answer": _words(answer)}, permanent=code >= 500)


def _words(answer: tuple[int, bytes | str]) -> str:
    """The server's answer on one line."""
    text = answer[1].decode("utf-8", "replace") if isinstance(answer[1], bytes) else answer[1]
    return f"{answer[0]} {' '.join(text.split())}"[:300]
