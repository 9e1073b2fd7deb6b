"""Testing a mailbox step by step, in words: what works, what fails, what to do."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig, Finding
from channels_app.adapters.email.failures import advice_for
from channels_app.adapters.email.fetching import folders_of
from channels_app.adapters.email.imap import ImapConnection
from channels_app.adapters.email.outgoing import own_address
from channels_app.adapters.email.smtp import SmtpConnection, SmtpServer

CHECK_SECONDS = 45.0


def check_mailbox(channel: ChannelConfig) -> list[Finding]:
    """Fetching first, then sending. Reads and sends nothing."""
    return [*_check_fetching(channel), *_check_sending(channel)]


def failed(error: AdapterError) -> Finding:
    """A failure with its advice."""
    code = "sender" if error.code.startswith("smtp_sender") else error.code
    return Finding(is_ok=False, what=error.message, advice=advice_for(code))


def _check_fetching(channel: ChannelConfig) -> Iterator[Finding]:
    if not channel.config.get("imap_host"):
        yield Finding(
            is_ok=True,
            what=_("No IMAP server: mail comes in over the SMTP listener (port %(port)d) or a pipe.")
            % {"port": settings.HELPDESK_SMTP_PORT},
        )
        return
    try:
        connection = ImapConnection.open(channel)
    except AdapterError as error:
        yield failed(error)
        return
    try:
        yield Finding(is_ok=True, what=_("%(host)s accepts the login.") % {"host": connection.host})
        with connection.time_limit(CHECK_SECONDS):
            for folder in _folders_used(channel):
                yield _check_folder(connection, folder)
    finally:
        connection.close()


def _folders_used(channel: ChannelConfig) -> list[str]:
    config = channel.config
    target = [str(config["move_to_folder"])] if config.get("after_storing") == "move" else []
    return [*folders_of(config), *target]


def _check_folder(connection: ImapConnection, folder: str) -> Finding:
    try:
        state = connection.select(folder)
        count = len(connection.uids(max(1, state.uidnext - 1000), max(1, state.uidnext - 1)))
    except AdapterError as error:
        return failed(error)
    text = _("The folder %(folder)s opens; %(count)d of its last 1,000 mails are there.")
    return Finding(is_ok=True, what=text % {"folder": folder, "count": count})


def _check_sending(channel: ChannelConfig) -> Iterator[Finding]:
    try:
        server = SmtpServer.of_channel(channel)
        if server is None:
            yield Finding(
                is_ok=False,
                what=_("No outgoing server: mails are kept as files in %(folder)s.")
                % {"folder": settings.HELPDESK_OUTBOX_DIR},
                advice=_("Enter an SMTP server here, or set HELPDESK_MAIL_URL for the whole installation."),
            )
            return
        with SmtpConnection.open(server) as connection:
            yield Finding(is_ok=True, what=_("%(host)s takes our connection and login.") % {"host": server.host})
            connection.try_sender(own_address(channel))
        yield Finding(is_ok=True, what=_("It takes mail from %(address)s.") % {"address": own_address(channel)})
    except AdapterError as error:
        yield failed(error)
