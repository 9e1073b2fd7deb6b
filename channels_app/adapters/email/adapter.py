"""The e-mail channel: mail over IMAP, SMTP or a pipe in, over SMTP out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    ChannelConfig,
    Finding,
    InboundItem,
    OutboundMessage,
    PollResult,
    RawEvent,
    Receipt,
    SimulatedCall,
    SimulatedTurn,
    digest,
)
from channels_app.adapters.email.checking import check_mailbox
from channels_app.adapters.email.fetching import MailboxPoll, fetch_whole_mail, mark_stored
from channels_app.adapters.email.forms import EmailConfigForm
from channels_app.adapters.email.identifiers import email_key
from channels_app.adapters.email.imap import ImapConnection
from channels_app.adapters.email.limits import MAX_ASKED_FOR_BYTES, MAX_TOTAL_BYTES
from channels_app.adapters.email.outbox_files import keep_as_file
from channels_app.adapters.email.outgoing import build_mail, envelope_recipients, own_address
from channels_app.adapters.email.sandbox import parse_guarded
from channels_app.adapters.email.simulating import make_mail
from channels_app.adapters.email.smtp import SmtpConnection, SmtpServer
from channels_app.adapters.email.thread import make_message_id
from helpdesk.common.text import normalise_email

CHUNK_SECONDS = 120.0


class EmailAdapter(ChannelAdapter):
    """One mailbox. Wiring only: fetching is in fetching.py, sending in outgoing.py and smtp.py, reading in parse.py."""

    kind = "email"
    label = gettext_lazy("E-mail")
    identity_kind = "email"
    vouches_for_senders = False
    icon = "mail"
    summary = gettext_lazy(
        "A mailbox that customers write to: fetched over IMAP or delivered here, answered over SMTP."
    )
    can = Can.SEND | Can.POLL | Can.ATTACH | Can.HTML | Can.COPY | Can.SUBJECT
    config_form = EmailConfigForm
    is_threaded = True

    def __init__(self, channel: ChannelConfig) -> None:
        super().__init__(channel)
        self._connection: ImapConnection | None = None

    @property
    def is_polled(self) -> bool:
        return bool(self.channel.config.get("imap_host"))

    def parse(self, event: RawEvent) -> list[InboundItem]:
        max_bytes = MAX_ASKED_FOR_BYTES if event.meta.get("is_fetched_anyway") else MAX_TOTAL_BYTES
        return parse_guarded(event.body, own_addresses=frozenset(self.own_addresses()), max_bytes=max_bytes)

    def event_key(self, event: RawEvent) -> bytes:
        key, meta = email_key(event.body), event.meta
        if not meta.get("is_partial"):
            return key
        # Of a mail stored in part only the headers are known: its size stands in for the body's digest. Where the server
        # does not give even those, its number is all there is, and two such mails must not be taken for one.
        place = () if event.body else (str(meta.get(name, "")) for name in ("folder", "uidvalidity", "uid"))
        return digest("partial", key, str(meta.get("size", "")), *place)

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        domain = normalise_email(str(self.channel.config.get("address", ""))).rpartition("@")[2]
        return make_message_id(message_uuid, reply_token, domain or "localhost")

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        connection = self._imap()
        try:
            with connection.time_limit(CHUNK_SECONDS):
                return MailboxPoll(connection, config=self.channel.config, cursor=cursor).run()
        except AdapterError:
            self.close()
            raise

    def after_stored(self, events: Sequence[RawEvent]) -> None:
        action = self.channel.config.get("after_storing")
        if action not in ("seen", "move") or not events:
            return
        move_to = str(self.channel.config.get("move_to_folder") or "") if action == "move" else ""
        connection = self._imap()
        with connection.time_limit(CHUNK_SECONDS):
            mark_stored(connection, events, move_to=move_to)

    def fetch_whole(self, event: RawEvent) -> RawEvent:
        connection = self._imap()
        with connection.time_limit(CHUNK_SECONDS):
            return replace(event, body=fetch_whole_mail(connection, event))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def send(self, message: OutboundMessage) -> Receipt:
        mail, message_id = build_mail(message, self.channel)
        recipients = envelope_recipients(message)
        sender = own_address(self.channel)
        server = SmtpServer.of_channel(self.channel)
        if server is None:
            keep_as_file(mail, name=message.uuid)
            return Receipt(external_id=message_id)
        with SmtpConnection.open(server, local_hostname=sender.rpartition("@")[2]) as connection:
            refused = connection.send(sender, recipients, mail)
        return Receipt(external_id=message_id, refused=refused)

    def check(self) -> list[Finding]:
        return check_mailbox(self.channel)

    def public_link(self) -> str:
        address = normalise_email(str(self.channel.config.get("address") or ""))
        return f"mailto:{address}" if address else ""

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_mail(turn, to=own_address(self.channel))

    def own_addresses(self) -> set[str]:
        config = self.channel.config
        written = [config.get("address", ""), *config.get("aliases", [])]
        return {address for address in map(normalise_email, written) if address}

    @staticmethod
    def normalise_address(raw: str) -> str:
        return normalise_email(raw)

    def _imap(self) -> ImapConnection:
        """The open connection of this adapter, logged in."""
        if self._connection is None:
            self._connection = ImapConnection.open(self.channel)
        return self._connection
