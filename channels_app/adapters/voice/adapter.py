"""The voice channel: telephone calls over Twilio. What callers hear, ``tickets.voice`` decides."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundAttachment,
    InboundItem,
    OutboundMessage,
    RawEvent,
    Receipt,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
    digest,
)
from channels_app.adapters.twilio import twiml
from channels_app.adapters.twilio.checking import check_account, check_number
from channels_app.adapters.twilio.client import TwilioClient, auth_tokens
from channels_app.adapters.twilio.fields import query_of
from channels_app.adapters.twilio.numbers import normalise_number
from channels_app.adapters.twilio.signing import HEADER, sign_request, signed_query, verify_request
from channels_app.adapters.voice.forms import VoiceConfigForm
from channels_app.adapters.voice.parse import parse_items
from channels_app.adapters.voice.script import telephones
from channels_app.adapters.voice.simulating import make_request

_MOST_RECORDING_BYTES = 25 * 1024 * 1024


class VoiceAdapter(ChannelAdapter):
    """Twilio Programmable Voice; set up as docs/channels/voice.md says."""

    kind = "voice"
    label = gettext_lazy("Telephone")
    identity_kind = "phone"
    icon = "phone"
    summary = gettext_lazy(
        "Calls over Twilio with a menu: go on in writing, wait for a person, leave a message, be called back. Needs a paid Twilio "
        "account and a number; minutes are billed."
    )
    can = Can.WEBHOOK
    # Whoever calls can show any number; what we send goes to its true owner.
    vouches_for_senders = False
    config_form = VoiceConfigForm

    def verify(self, request: WebhookRequest) -> None:
        verify_request(request, tokens=auth_tokens(self.channel))

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_items(event, account_sid=str(self.channel.config.get("account_sid") or ""))

    def event_key(self, event: RawEvent) -> bytes:
        # The same key pressed twice is two events: what tells them apart stands in the address.
        step = query_of(event)
        return digest("voice", *(step.text(name) for name in ("step", "attempt", "round", "nodeflect")), event.body)

    def reply_body(self, event: RawEvent) -> tuple[str, bytes]:
        return twiml.CONTENT_TYPE, twiml.document()

    def send(self, message: OutboundMessage) -> Receipt:
        raise AdapterError(
            "not_supported", _("Nobody can be written to on the telephone. Choose another channel."), permanent=True
        )

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        return TwilioClient(self.channel).fetch(attachment, most_bytes=_MOST_RECORDING_BYTES)

    def check(self) -> list[Finding]:
        client = TwilioClient(self.channel)
        findings = check_account(client)
        number = str(self.channel.config.get("number") or "")
        if findings[-1].is_ok and number:
            findings += check_number(client, number, ability="voice", url_field="voice_url", url=self.webhook_url)
        if not telephones(self.channel.config):
            advice = _(
                "Enter the telephones of those who answer. Until then callers can write, leave a message or be called back."
            )
            findings.append(Finding(is_ok=True, what=_("No telephones are set."), advice=advice))
        return findings

    def sign(self, body: bytes) -> dict[str, str]:
        tokens = auth_tokens(self.channel)
        if not tokens:
            raise AdapterError("no_secret", _("This channel has no auth token."), permanent=True)
        return {HEADER: sign_request(self.webhook_url, body, token=tokens[0])}

    def sign_query(self, body: bytes) -> dict[str, str]:
        return signed_query(body)

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_request(turn, number=str(self.channel.config.get("number") or ""))

    def public_link(self) -> str:
        number = str(self.channel.config.get("number") or "")
        return f"tel:{number}" if number else ""

    @staticmethod
    def normalise_address(raw: str) -> str:
        return normalise_number(raw)
