"""Mail to people who work here: by the installation's server or that of its first mail channel. No channel's message, no outbox row."""

from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from urllib.parse import urlsplit

from django.conf import settings

from channels_app.adapters.email.outbox_files import keep_as_file
from channels_app.adapters.email.smtp import SmtpConnection, SmtpServer
from channels_app.models import Channel
from helpdesk.common.clock import now
from helpdesk.common.text import one_line


def send_plain_mail(*, recipient: str, subject: str, text: str) -> None:
    """Hand one mail to the server, or to the outbox folder where there is none. Never inside a transaction. Raises AdapterError."""
    mails = Channel.objects.filter(kind="email", is_active=True, is_demo=False).select_related("brand")
    channel = mails.order_by("position", "pk").first()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    address = str(channel.config.get("address") or "") if channel is not None else ""
    address = address or f"helpdesk@{host}"
    mail = EmailMessage()
    mail["From"] = formataddr((channel.brand.name if channel is not None else "Helpdesk", address))
    mail["To"] = recipient
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
        connection.send(address, [recipient], mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
