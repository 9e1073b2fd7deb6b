"""The sms channel: text messages and MMS over Twilio."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    Limits,
    OutboundMessage,
    ParseError,
    RawEvent,
    Receipt,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.sms.forms import SmsConfigForm
from channels_app.adapters.sms.parse import MAX_FILES, parse_items
from channels_app.adapters.sms.simulating import make_request
from channels_app.adapters.sms.texts import help_answer
from channels_app.adapters.twilio import twiml
from channels_app.adapters.twilio.checking import check_account, check_number
from channels_app.adapters.twilio.client import TwilioClient, auth_tokens
from channels_app.adapters.twilio.numbers import is_international, normalise_number
from channels_app.adapters.twilio.signing import HEADER, sign_request, signed_query, verify_request
from channels_app.policies.sms_segments import count_segments

MAX_TEXT = 1600
_PICTURE_BYTES = 5_000_000
_FILE_BYTES = 600_000
_MOST_MEDIA_BYTES = 10 * 1024 * 1024


class SmsAdapter(ChannelAdapter):
    """Twilio Programmable Messaging; set up as docs/channels/sms.md says."""

    kind = "sms"
    label = gettext_lazy("SMS")
    identity_kind = "phone"
    icon = "message-square"
    summary = gettext_lazy(
        "Text messages and MMS over Twilio. Needs a paid Twilio account and a number; every text is billed by segments, and some "
        "countries ask for a registration of the sender."
    )
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH
    config_form = SmsConfigForm
    # https://www.twilio.com/docs/messaging/guides/accepted-mime-types
    limits = Limits(
        text=MAX_TEXT,
        caption=MAX_TEXT,
        file_bytes={
            "image/jpeg": _PICTURE_BYTES, "image/png": _PICTURE_BYTES, "image/gif": _PICTURE_BYTES, "image/": _FILE_BYTES,
            "audio/": _FILE_BYTES, "video/": _FILE_BYTES, "text/": _FILE_BYTES, "application/pdf": _FILE_BYTES,
        },
    )  # fmt: skip

    def verify(self, request: WebhookRequest) -> None:
        verify_request(request, tokens=auth_tokens(self.channel))

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_items(event, account_sid=str(self.channel.config.get("account_sid") or ""))

    def reply_body(self, event: RawEvent) -> tuple[str, bytes]:
        """Nothing to do, said in TwiML, which Twilio wants as an answer; to HELP the brand and how to stop."""
        try:
            items = self.parse(event)
        except ParseError:
            return twiml.CONTENT_TYPE, twiml.document()
        asked = next((one for one in items if isinstance(one, InboundMessage) and "asks_help" in one.flags), None)
        if asked is None or self.channel.config.get("leaves_help_to_twilio"):
            return twiml.CONTENT_TYPE, twiml.document()
        text = help_answer(
            asked.text,
            brand=self.channel.from_name,
            language=str(self.channel.config.get("language") or "en"),
            own_text=str(self.channel.config.get("help_answer") or ""),
        )
        return twiml.CONTENT_TYPE, twiml.document([twiml.Verb(name="Message", text=text)])

    def send(self, message: OutboundMessage) -> Receipt:
        sent = TwilioClient(self.channel).post("Messages", self._parameters(message))
        details = {"segments": sent.get("num_segments")} if sent.get("num_segments") else {}
        return Receipt(external_id=str(sent.get("sid") or ""), details=details)

    def _parameters(self, message: OutboundMessage) -> list[tuple[str, str]]:
        config = self.channel.config
        service, number = str(config.get("messaging_service_sid") or ""), str(config.get("number") or "")
        if not service and not number:
            text = _("Enter a number or a messaging service in the channel's settings.")
            raise AdapterError("no_sender", text, permanent=True, concerns_channel=True)
        if not is_international(message.recipient.address):
            raise AdapterError("21211", _("This is no number that can be written to."), permanent=True)
        if len(message.attachments) > MAX_FILES:
            raise AdapterError("too_many_files", _("An MMS takes at most ten files."), permanent=True)
        parameters = [("To", message.recipient.address)]
        parameters.append(("MessagingServiceSid", service) if service else ("From", number))
        if message.text:
            parameters.append(("Body", message.text))
        for attachment in message.attachments:
            if not attachment.url:
                text = _("Twilio fetches files by their address, and this one has none.")
                raise AdapterError("no_public_url", text, permanent=True)
            parameters.append(("MediaUrl", attachment.url))
        if self._is_reachable:
            parameters.append(("StatusCallback", self.webhook_url))
        return parameters

    @property
    def _is_reachable(self) -> bool:
        """Whether Twilio could call us; an address of this machine would make it refuse the message (21609)."""
        host = urlsplit(self.channel.site_url).hostname or ""
        is_local = host in ("", "localhost", "127.0.0.1", "::1")
        return not is_local or bool(self.channel.config.get("base_url"))

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        return TwilioClient(self.channel).fetch(attachment, most_bytes=_MOST_MEDIA_BYTES)

    def check(self) -> list[Finding]:
        client = TwilioClient(self.channel)
        findings = check_account(client)
        number = str(self.channel.config.get("number") or "")
        if findings[-1].is_ok and number:
            findings += check_number(client, number, ability="sms", url_field="sms_url", url=self.webhook_url)
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

    def describe_text(self, text: str) -> str:
        segments = count_segments(text)
        if not segments.count:
            return ""
        said = ngettext("%(count)d text message", "%(count)d text messages", segments.count) % {"count": segments.count}
        if segments.special and segments.count > 1:
            return _("%(said)s, because of %(characters)s") % {
                "said": said,
                "characters": " ".join(segments.special[:5]),
            }
        return said

    def public_link(self) -> str:
        number = str(self.channel.config.get("number") or "")
        return f"sms:{number}" if number else ""

    @staticmethod
    def normalise_address(raw: str) -> str:
        return normalise_number(raw)
