"""The e-mail channel: mail over IMAP, SMTP or a pipe in, over SMTP out."""

from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    Can,
    ChannelAdapter,
    InboundItem,
    RawEvent,
    digest,
)
from channels_app.adapters.email.forms import EmailConfigForm
from channels_app.adapters.email.identifiers import email_key
from channels_app.adapters.email.sandbox import parse_guarded
from channels_app.adapters.email.thread import make_message_id
from helpdesk.common.text import normalise_email


class EmailAdapter(ChannelAdapter):
    """One mailbox. Wiring only: fetching is in imap.py, sending in smtp.py, reading in parse.py."""

    kind = "email"
    label = gettext_lazy("E-mail")
    identity_kind = "email"
    can = Can.SEND | Can.POLL | Can.ATTACH | Can.HTML | Can.COPY | Can.SUBJECT
    config_form = EmailConfigForm
    is_threaded = True

    @property
    def is_polled(self) -> bool:
        return bool(self.channel.config.get("imap_host"))

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_guarded(event.body, own_addresses=frozenset(self.own_addresses()))

    def event_key(self, event: RawEvent) -> bytes:
        key = email_key(event.body)
        # Of a mail stored in part only the headers are known: its size stands in for the body's digest.
        return digest("partial", key, str(event.meta.get("size", ""))) if event.meta.get("is_partial") else key

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        domain = normalise_email(str(self.channel.config.get("address", ""))).rpartition("@")[2]
        return make_message_id(message_uuid, reply_token, domain or "localhost")

    def own_addresses(self) -> set[str]:
        config = self.channel.config
        written = [config.get("address", ""), *config.get("aliases", [])]
        return {address for address in map(normalise_email, written) if address}

    @staticmethod
    def normalise_address(raw: str) -> str:
        return normalise_email(raw)
