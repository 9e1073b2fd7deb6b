"""Mail to people who work here: by the installation's server or that of its first mail channel. No channel's message, no outbox row."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.email.outbox_files import keep_as_file
from channels_app.adapters.email.smtp import SmtpConnection, SmtpServer
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.text import one_line


def send_plain_mail(*, recipient: str, subject: str, text: str) -> None:
    """Hand one mail to the server, or to the outbox folder where there is none. Never inside a transaction.

    Raises AdapterError, a permanent one for a recipient that no mail can be written to.
    """
    mails = Channel.objects.filter(kind="email", is_active=True, is_demo=False).select_related("brand")
    channel = mails.order_by("position", "pk").first()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    address = str(channel.config.get("address") or "") if channel is not None else ""
    address = address or f"helpdesk@{host}"
    name = one_line(channel.brand.name) if channel is not None else "Helpdesk"
    mail = EmailMessage()
    mail["From"] = Address(display_name=name, addr_spec=address)
    mail["To"] = _checked(recipient)
    mail["Subject"] = one_line(subject)[:200]
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    # Machines must not answer it, least of all this one.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text)
    server = SmtpServer.of_channel(channel.as_config()) if channel is not None else None
    server = server or SmtpServer.from_url(settings.HELPDESK_MAIL_URL)
    if server is None:
        keep_as_file(mail.as_bytes(), name="notification")
        return
    with SmtpConnection.open(server) as connection:
        connection.send(address, [str(mail["To"])], mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _checked(recipient: str) -> str:
    """One address as a header can carry it: with its domain in ASCII, and nothing that could begin another header."""
    local, _at, domain = recipient.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}"
        validate_email(plain)
        plain.encode("ascii")
    except (UnicodeError, ValidationError) as error:
        raise AdapterError("invalid_address", _("No mail can be sent to this address."), permanent=True) from error
    return plain
