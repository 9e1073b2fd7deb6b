"""The Viber channel: chats with a bot."""

import hashlib
import hmac
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundAttachment,
    InboundItem,
    Limits,
    OutboundMessage,
    RawEvent,
    Receipt,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.provider_calls import number_of
from channels_app.adapters.trial_files import fetch_trial_file
from channels_app.adapters.viber.checking import check_bot
from channels_app.adapters.viber.client import API_URL, ViberClient, download
from channels_app.adapters.viber.forms import ViberConfigForm
from channels_app.adapters.viber.parse import parse_call
from channels_app.adapters.viber.sending import PICTURE_TYPES, as_viber_message
from channels_app.adapters.viber.simulating import make_call


class ViberAdapter(ChannelAdapter):
    """The REST bot API of one bot."""

    kind = "viber"
    label = "Viber"
    identity_kind = "viber"
    icon = "message-circle"
    summary = gettext_lazy(
        "Chats with your bot on Viber. Bots exist on commercial terms only: Viber charges a monthly fee and for messages you begin."
    )
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH | Can.CHOICES | Can.READ_RECEIPTS
    config_form = ViberConfigForm
    limits = Limits(
        text=7000,
        caption=768,
        caption_types=PICTURE_TYPES,
        files_apart=True,
        file_bytes={"": 50 * 1024 * 1024},
        choices=24,
        choice_title=80,
    )

    @property
    def _tokens(self) -> list[str]:
        return self.channel.secret_list("auth_tokens")

    @property
    def _client(self) -> ViberClient:
        base_url = str(self.channel.config.get("base_url") or API_URL)
        return ViberClient(token=next(iter(self._tokens), ""), base_url=base_url)

    def verify(self, request: WebhookRequest) -> None:
        given = request.headers.get("x-viber-content-signature", "").lower().encode("utf-8", "replace")
        is_signed = False
        for token in self._tokens:
            is_signed |= hmac.compare_digest(_signature(token, request.body).encode(), given)
        if not is_signed:
            raise SignatureError("no token of this channel made this signature")

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._tokens:
            raise AdapterError("no_token", _("This channel has no token."), permanent=True)
        return {"X-Viber-Content-Signature": _signature(self._tokens[0], body)}

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_call(event.body)

    def send(self, message: OutboundMessage) -> Receipt:
        sent = self._client.call("send_message", as_viber_message(message), acts=True)
        token = number_of(sent.get("message_token"))
        return Receipt(external_id=str(token) if token else "")

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        return fetch_trial_file(attachment) or replace(attachment, content=download(attachment.url))

    def check(self) -> list[Finding]:
        return check_bot(self._client, uri=str(self.channel.config.get("uri") or ""), webhook_url=self.webhook_url)

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_call(turn)

    def public_link(self) -> str:
        uri = str(self.channel.config.get("uri") or "")
        return f"viber://pa?chatURI={uri}" if uri else ""


def _signature(token: str, body: bytes) -> str:
    return hmac.new(token.encode("utf-8", "replace"), body, hashlib.sha256).hexdigest()
