"""A real SMTP server that keeps what it takes, and misbehaves on request."""

import email
import email.policy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.tcp_proxy import free_port

Answer = str | None


@dataclass
class SmtpSink:
    """``mails`` are the raw messages taken, ``envelopes`` (sender, recipients) beside them.

    ``on_recipient`` and ``on_data`` may answer for the server: an SMTP line, "close" to cut the connection there (for
    data: before or, as "take and close", after the mail was kept), or None for the usual answer.
    """

    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    on_sender: Callable[[str], Answer] = lambda address: None
    on_recipient: Callable[[str], Answer] = lambda address: None
    on_data: Callable[[], Answer] = lambda: None
    port: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails, read."""
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.mails]

    @property
    def url(self) -> str:
        """For HELPDESK_MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def config(self) -> dict[str, object]:
        """What an e-mail channel needs to send here."""
        return {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_security": "plain"}

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_sender(address)
        if answer:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_recipient(address)
        if answer == "close":
            server.transport.abort()
            return "421 closing"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.on_data()
        if answer is None or answer == "take and close":
            self.mails.append(envelope.original_content or b"")
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if answer in ("close", "take and close"):
            server.transport.abort()
            return "421 closing"
        return answer or "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def running_smtp_sink(*, has_login: bool = False) -> Iterator[SmtpSink]:
    """Start a sink on a free port of the loopback."""
    sink = SmtpSink()
    more = {"authenticator": sink.authenticate, "auth_require_tls": False} if has_login else {}
    sink.port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, data_size_limit=40 * 1024 * 1024, **more)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
