"""One IMAP connection: the only file that speaks IMAP. Raw bytes out, nothing is parsed, no flag is changed by reading."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import mktime
from typing import Any, Self

from django.utils.translation import gettext as _
from imap_tools import BaseMailBox
from imap_tools.errors import MailboxFetchError
from imap_tools.utils import encode_folder

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.email.failures import describe
from channels_app.adapters.email.forms import IMAP_PORTS, TLS
from channels_app.adapters.email.imap_client import connect, cut, cutting
from helpdesk.common.clock import now

OPEN_SECONDS = 45.0
GOODBYE_SECONDS = 5.0
MAX_HEADER_BYTES = 256 * 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_LITERAL = re.compile(rb"\{(\d+)\+?\}\s*$")


@dataclass(frozen=True, kw_only=True)
class FolderState:
    """What SELECT says: uids below ``uidnext`` are those of this ``uidvalidity``."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A mail as far as it is known before download. ``arrived_at`` is when the server took it, never in the future."""

    uid: int
    size: int
    arrived_at: datetime


class Unfetchable(Exception):
    """The server is there but does not hand out this mail."""


class ImapConnection:
    """Logged in, one folder selected at a time. Every failure is an AdapterError in words."""

    def __init__(self, mailbox: BaseMailBox, *, host: str, port: int) -> None:
        self._mailbox = mailbox
        self._client: Any = mailbox.client
        self.host = host
        self.port = port

    @classmethod
    def open(cls, channel: ChannelConfig) -> Self:
        """Connect and log in as the channel's settings say."""
        config = channel.config
        host = str(config.get("imap_host") or "")
        if not host:
            raise AdapterError("no_server", _("No IMAP server is set."), permanent=True)
        security = str(config.get("imap_security") or TLS)
        port = int(config.get("imap_port") or IMAP_PORTS[security])
        clients: list[Any] = []
        with cutting(clients, OPEN_SECONDS) as is_over:
            try:
                mailbox = connect(security, host, port, clients)
                connection = cls(mailbox, host=host, port=port)
                user = str(config.get("imap_username") or config.get("address") or "")
                connection._log_in(user, str(channel.secrets.get("imap_password") or ""))
            except Exception as error:
                cut(clients)
                described = TimeoutError() if is_over.is_set() else error
                raise describe(described, host=host, port=port) from error
        return connection

    def select(self, folder: str, *, is_readonly: bool = True) -> FolderState:
        """Open a folder and learn where its uids stand now."""
        with self._described():
            self._mailbox.folder.set(folder, readonly=is_readonly)
            values = {name: _number(self._client.response(name)) for name in ("UIDVALIDITY", "UIDNEXT")}
            if None in values.values():
                # Old servers leave UIDNEXT out of SELECT.
                values = dict(self._mailbox.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"]))
        uidvalidity, uidnext = values.get("UIDVALIDITY"), values.get("UIDNEXT")
        if uidvalidity is None or uidnext is None:
            text = _("%(host)s gives its mails no lasting numbers; it cannot be polled.") % {"host": self.host}
            raise AdapterError("no_uids", text, permanent=True)
        return FolderState(uidvalidity=uidvalidity, uidnext=uidnext)

    def uids(self, first: int, last: int, *, since: date | None = None) -> list[int]:
        """The uids from ``first`` to ``last`` that exist, ascending; only mails that arrived on ``since`` or later."""
        criteria = f"UID {first}:{last}"
        if since is not None:
            criteria += f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        with self._described():
            found = {int(uid) for uid in self._mailbox.uids(criteria, charset=None)}
        return sorted(uid for uid in found if first <= uid <= last)

    def uids_of_message(self, message_id: str) -> list[int]:
        """The mails with that Message-ID (with brackets) in the selected folder."""
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        if not quoted.isascii() or not quoted.isprintable():
            return []
        with self._described():
            return sorted(int(uid) for uid in self._mailbox.uids(f'HEADER Message-ID "{quoted}"', charset=None))

    def listed(self, uids: Sequence[int]) -> list[Listed]:
        """Size and arrival of those of the mails that are still there, ascending.

        One that the server cannot describe hides no other: it comes with size 0.
        """
        try:
            answers = self._fetch(uids, "(UID RFC822.SIZE INTERNALDATE)")
        except Unfetchable:
            if len(uids) == 1:
                return [Listed(uid=uids[0], size=0, arrived_at=now())]
            return [mail for uid in sorted(uids) for mail in self.listed([uid])]
        found: dict[int, Listed] = {}
        for described, _data in answers:
            uid, size = _UID.search(described), _SIZE.search(described)
            if uid and size and int(uid[1]) in uids:
                arrived_at = _arrived_at(described)
                found[int(uid[1])] = Listed(uid=int(uid[1]), size=int(size[1]), arrived_at=arrived_at)
        return [found[uid] for uid in sorted(found)]

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The raw mails by uid; those that are gone are missing. Raises Unfetchable when the server refuses."""
        return self._literals(uids, "(UID BODY.PEEK[])")

    def header(self, uid: int) -> bytes:
        """The mail's header, at most 256 KB of it; empty when the mail is gone. Raises Unfetchable."""
        return self._literals([uid], f"(UID BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>)").get(uid, b"")

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Set \\Seen. Not with imap-tools' ``flag``: that also expunges what others have marked as deleted."""
        with self._described():
            self._client.uid("STORE", _uid_set(uids), "+FLAGS.SILENT", r"(\Seen)")

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails into another folder; only where the server can do so without touching other mails."""
        with self._described():
            capabilities = self._client.capabilities
            target = encode_folder(folder)
            if "MOVE" in capabilities:
                self._expect_ok(self._client.uid("MOVE", _uid_set(uids), target))
            elif "UIDPLUS" in capabilities:
                self._expect_ok(self._client.uid("COPY", _uid_set(uids), target))
                self._expect_ok(self._client.uid("STORE", _uid_set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
                self._expect_ok(self._client.uid("EXPUNGE", _uid_set(uids)))
            else:
                raise AdapterError("cannot_move", _("The server cannot move single mails."), permanent=True)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Cut the connection when the block takes longer: a server that sends a byte now and then never times out."""
        with cutting([self._client], seconds) as is_over:
            try:
                yield
            except AdapterError as error:
                if not is_over.is_set():
                    raise
                text = _("%(host)s is too slow: the connection was given up.") % {"host": self.host}
                raise AdapterError("timeout", text, permanent=False) from error

    def close(self) -> None:
        """Log out as far as the server still listens."""
        with cutting([self._client], GOODBYE_SECONDS), suppress(Exception):
            self._client.logout()

    def _log_in(self, user: str, password: str) -> None:
        with self._described():
            if user.isascii() and password.isascii():
                self._mailbox.login(user, password, initial_folder=None)
            else:
                self._mailbox.login_utf8(user, password, initial_folder=None)
            # Servers tell the whole of what they can only to those who are logged in.
            self._client._get_capabilities()

    def _literals(self, uids: Sequence[int], what: str) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for described, data in self._fetch(uids, what):
            uid, announced = _UID.search(described), _LITERAL.search(described.partition(b"\0")[0])
            if uid is None or data is None or int(uid[1]) not in uids:
                continue
            if announced is not None and int(announced[1]) != len(data):
                raise AdapterError("connection_lost", _("A mail came incomplete."), permanent=False)
            found[int(uid[1])] = data
        return found

    def _fetch(self, uids: Sequence[int], what: str) -> list[tuple[bytes, bytes | None]]:
        """(what the server says of a mail, its literal or None) for each answered mail."""
        if not uids:
            return []
        with self._described():
            kind, data = self._client.uid("FETCH", _uid_set(uids), what)
            if kind != "OK":
                failure = describe(MailboxFetchError((kind, data), "OK"), host=self.host, port=self.port)
                if failure.code == "busy":
                    raise failure
                raise Unfetchable(failure.message)
        return list(_joined(data))

    def _expect_ok(self, result: tuple[str, Any]) -> None:
        if result[0] != "OK":
            raise describe(MailboxFetchError(result, "OK"), host=self.host, port=self.port)

    @contextmanager
    def _described(self) -> Iterator[None]:
        try:
            yield
        except (AdapterError, Unfetchable):
            raise
        except Exception as error:
            raise describe(error, host=self.host, port=self.port) from error


def _uid_set(uids: Sequence[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _number(response: tuple[str, list[Any]]) -> int | None:
    data = response[1][-1] if response[1] else None
    return int(data) if isinstance(data, bytes) and data.isdigit() else None


def _joined(data: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """imaplib gives (text before a literal, literal) pairs and loose lines; some servers write the UID behind it."""
    pending: tuple[bytes, bytes] | None = None
    for entry in data:
        if isinstance(entry, tuple):
            if pending is not None:
                yield pending
            pending = (bytes(entry[0]), bytes(entry[1]))
        elif isinstance(entry, bytes):
            if pending is not None:
                yield pending[0] + b"\0" + entry, pending[1]
                pending = None
            else:
                yield entry, None
    if pending is not None:
        yield pending


def _arrived_at(described: bytes) -> datetime:
    moment = now()
    with suppress(ValueError, OverflowError, TypeError):
        local = imaplib.Internaldate2tuple(described)
        if local is not None:
            return min(datetime.fromtimestamp(mktime(local), tz=UTC), moment)
    return moment
