"""What can go wrong between us and a mail server, in words, with what to do about it."""

import imaplib
import smtplib
import socket
import ssl

from django.utils.translation import gettext as _
from imap_tools.errors import (
    MailboxFolderSelectError,
    MailboxLoginError,
    MailboxStarttlsError,
    UnexpectedCommandStatusError,
)

from channels_app.adapters.base import AdapterError

# Response codes (RFC 5530) with which a server says "not now" instead of "no".
_NOT_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[OVERQUOTA]")


def describe(error: Exception, *, host: str, port: int) -> AdapterError:
    """The failure as an AdapterError. Its text names the server, never a password or a mail."""
    where = {"host": host, "port": port}
    if isinstance(error, AdapterError):
        return error
    if isinstance(error, socket.gaierror):
        return _temporary("dns", _("The name %(host)s cannot be resolved.") % where)
    if isinstance(error, ConnectionRefusedError):
        return _temporary("refused", _("%(host)s takes no connections on port %(port)d.") % where)
    if isinstance(error, TimeoutError):
        return _temporary("timeout", _("%(host)s, port %(port)d, does not answer in time.") % where)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _temporary("certificate", _("The certificate of %(host)s cannot be trusted.") % where)
    if isinstance(error, (ssl.SSLError, MailboxStarttlsError, smtplib.SMTPNotSupportedError)):
        return _temporary("tls", _("No encrypted connection to %(host)s, port %(port)d, comes about.") % where)
    if isinstance(error, UnexpectedCommandStatusError):
        return _describe_refusal(error, host)
    if isinstance(error, (OSError, EOFError, imaplib.IMAP4.error, smtplib.SMTPException)):
        return _temporary("connection_lost", _("The connection to %(host)s was lost.") % where)
    raise error


def _describe_refusal(error: UnexpectedCommandStatusError, host: str) -> AdapterError:
    answer = _server_words(error.command_result)
    if any(code in answer.upper() for code in _NOT_NOW):
        return _temporary("busy", _("%(host)s asks to come back later: %(answer)s") % {"host": host, "answer": answer})
    values = {"host": host, "answer": answer}
    if isinstance(error, MailboxLoginError):
        return AdapterError("login", _("%(host)s refuses the login: %(answer)s") % values, permanent=True)
    if isinstance(error, MailboxFolderSelectError):
        return AdapterError("folder", _("%(host)s does not open the folder: %(answer)s") % values, permanent=True)
    return _temporary("server", _("%(host)s refuses a command: %(answer)s") % values)


def _server_words(result: tuple[object, ...]) -> str:
    """What the server said, short and on one line."""
    data = result[1] if len(result) > 1 else ""
    parts = data if isinstance(data, (list, tuple)) else [data]
    texts = [part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part or "") for part in parts]
    return " ".join(" ".join(texts).split())[:200]


def _temporary(code: str, message: str) -> AdapterError:
    return AdapterError(code, message, permanent=False)


def advice_for(code: str) -> str:
    """What a person can do about a failure; "" where there is nothing but to wait."""
    advice = {
        "dns": _("Check the server's name for typing errors. It stands on your provider's help page."),
        "refused": _("Check the port and the kind of encryption, and that no firewall is between."),
        "timeout": _("Check the server's name and port; a firewall may drop the connection."),
        "certificate": _("Use the name that the certificate was made for, or have the server's certificate renewed."),
        "tls": _("Choose another kind of encryption: TLS belongs to ports 993 and 465, STARTTLS to 143 and 587."),
        "login": _(
            "Check user name and password. Accounts with two-step login need an app password; some providers have IMAP "
            "and SMTP switched off until you allow them."
        ),
        "folder": _(
            "Check the folder's name, upper and lower case included; folders in folders are written Folder/Sub."
        ),
        "sender": _("The server does not let this login send from the channel's address. Allow it there."),
    }
    return advice.get(code, "")
