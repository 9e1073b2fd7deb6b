"""The web-chat channel: our own widget. The database is the provider, so that sending means becoming visible."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundItem,
    Limits,
    OutboundMessage,
    RawEvent,
    Receipt,
    SimulatedCall,
    SimulatedTurn,
)
from channels_app.adapters.webchat.checking import check_sites
from channels_app.adapters.webchat.forms import WebchatConfigForm
from channels_app.adapters.webchat.parse import event_key_of, parse_event
from channels_app.adapters.webchat.simulating import make_event


class WebchatAdapter(ChannelAdapter):
    """The wire format of the visitor API (``tickets.webchat``). There is nobody to call: the widget fetches."""

    kind = "webchat"
    label = gettext_lazy("Web chat")
    identity_kind = "webchat"
    icon = "message-circle"
    summary = gettext_lazy("Our own chat window on your site: live while you are there, by mail when you are not.")
    can = Can.SEND | Can.ATTACH | Can.CHOICES | Can.IDEMPOTENT_SEND | Can.READ_RECEIPTS | Can.LIVE
    config_form = WebchatConfigForm
    # An unknown visitor proves that he is the one from before, and nothing about who that is; signed ones are verified by us.
    vouches_for_senders = False
    setup_route = "admin:tickets_ticket_chat_install"
    limits = Limits(text=10_000, choices=10, choice_title=60)

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_event(event.body)

    def event_key(self, event: RawEvent) -> bytes:
        return event_key_of(event.body)

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        return message_uuid

    def send(self, message: OutboundMessage) -> Receipt:
        """Nothing leaves: the row that says "sent" is what the widget reads."""
        if not self.channel.config.get("origins"):
            raise AdapterError("no_origins", _("No site may carry this widget."), permanent=True)
        return Receipt(external_id=message.external_id or message.uuid)

    def check(self) -> list[Finding]:
        return check_sites(self.channel)

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_event(turn)
