"""WhatsApp through Meta's Cloud API: one channel is one phone number of a business account."""

from dataclasses import replace
from datetime import timedelta

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
    SendRate,
    SimulatedCall,
    SimulatedTurn,
    Template,
    WebhookRequest,
)
from channels_app.adapters.meta import signing
from channels_app.adapters.untrusted_json import Fields
from channels_app.adapters.whatsapp import addresses, checking, outgoing
from channels_app.adapters.whatsapp.client import WhatsAppClient
from channels_app.adapters.whatsapp.contents import MEDIA_SCHEME
from channels_app.adapters.whatsapp.forms import WhatsAppConfigForm
from channels_app.adapters.whatsapp.parse import parse_items
from channels_app.adapters.whatsapp.simulating import make_call, sample_file
from channels_app.adapters.whatsapp.templates import read_template
from helpdesk.common.errors import ParseError

_MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media: a type that is not named there is refused at sending.
FILE_BYTES = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * _MB),
    "image/webp": 500 * 1024,
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * _MB),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * _MB),
    **dict.fromkeys(
        (
            "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "text/plain",
            f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet",
            f"{_OFFICE}.presentationml.presentation",
        ),
        100 * _MB,
    ),
}  # fmt: skip


class WhatsAppAdapter(ChannelAdapter):
    """Signed JSON in; messages, files, buttons and templates out. See docs/channels/whatsapp.md."""

    kind = "whatsapp"
    label = gettext_lazy("WhatsApp")
    identity_kind = "phone"
    other_identity_kinds = {addresses.USER_ID_KIND: gettext_lazy("WhatsApp user id")}
    icon = "message-circle"
    summary = gettext_lazy(
        "Customers write to a number of yours. Needs a Meta business account and a number that is used for nothing else; "
        "Meta charges for templates."
    )
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH | Can.READ_RECEIPTS | Can.TEMPLATES | Can.CHOICES
    asks_for = frozenset({"location"})
    config_form = WhatsAppConfigForm
    messaging_window = timedelta(hours=24)
    send_rate = SendRate(messages=80)  # The throughput of a registered number before Meta raises it.
    limits = Limits(
        text=4096,
        caption=1024,
        caption_types=("image/jpeg", "image/png", "video/", "application/", "text/"),
        files_apart=True,
        file_bytes=FILE_BYTES,
        choices=10,
        choice_title=outgoing.MOST_TITLE,
        choice_text=1024,
    )

    @property
    def _app_secrets(self) -> list[str]:
        return self.channel.secret_list("app_secrets")

    @property
    def _token(self) -> str:
        return str(self.channel.secrets.get("access_token") or "")

    def _config(self, name: str) -> str:
        return str(self.channel.config.get(name) or "")

    def _client(self) -> WhatsAppClient:
        """Raises AdapterError where the channel is not set up."""
        if not self._token or not self._config("phone_number_id"):
            text = _("This channel has no access token or no phone number id.")
            raise AdapterError("not_configured", text, permanent=True, concerns_channel=True)
        # Only tests name another address than Meta's.
        base_url = self._config("base_url")
        return WhatsAppClient(token=self._token, phone_number_id=self._config("phone_number_id"), base_url=base_url)

    def verify(self, request: WebhookRequest) -> None:
        signing.verify_body(request.headers, request.body, self._app_secrets)

    def handshake(self, request: WebhookRequest) -> tuple[str, bytes] | None:
        return signing.answer_challenge(request.query, self.channel.secret_list("verify_token"))

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._app_secrets:
            raise AdapterError("no_secret", _("This channel has no app secret."), permanent=True)
        return {"X-Hub-Signature-256": signing.sign_body(body, self._app_secrets[0])}

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_items(event.body, phone_number_id=self._config("phone_number_id"))

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        # Sent along and repeated with every status, so that a status that overtakes the answer to our call is not lost.
        return message_uuid

    def send(self, message: OutboundMessage) -> Receipt:
        client = self._client()
        if message.attachments:
            # Every file is a message of its own (``files_apart``), so there is one.
            file = message.attachments[0]
            media_id = client.upload_file(name=file.name, content_type=file.content_type, content=file.open_content())
            content = outgoing.file_content(message, file, media_id)
        else:
            content = outgoing.text_content(message)
        body = outgoing.envelope(message, content, quotes=self.channel.config.get("quotes_customer") is True)
        return Receipt(external_id=client.send(body))

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        media_id = attachment.url.removeprefix(MEDIA_SCHEME)
        sample = sample_file(media_id)
        if sample is not None:
            return replace(attachment, content=sample)
        client = self._client()
        is_id = attachment.url.startswith(MEDIA_SCHEME)
        return replace(attachment, content=client.fetch_file(media_id) if is_id else client.fetch_url(attachment.url))

    def check(self) -> list[Finding]:
        findings = checking.check_settings(
            has_secrets=bool(self._app_secrets), has_verify_token=bool(self.channel.secrets.get("verify_token"))
        )
        try:
            client = self._client()
        except AdapterError as error:
            advice = _("Enter the access token and the phone number id of your Meta app.")
            return [*findings, Finding(is_ok=False, what=error.message, advice=advice)]
        return findings + checking.check_account(
            client,
            token=self._token,
            number_id=self._config("phone_number_id"),
            account_id=self._config("business_account_id"),
            webhook_url=self.webhook_url,
        )

    def sync_templates(self) -> list[Template]:
        account_id = self._config("business_account_id")
        if not account_id:
            text = _("This channel has no WhatsApp Business account id.")
            raise AdapterError("not_configured", text, permanent=True)
        try:
            rows = list(self._client().templates(account_id))
            return [read_template(Fields(row, place="data")) for row in rows]
        except ParseError as error:
            raise AdapterError("invalid_answer", error.message, permanent=False) from error

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_call(
            turn,
            phone_number_id=self._config("phone_number_id"),
            account_id=self._config("business_account_id"),
            phone_number=self._config("phone_number"),
        )

    def public_link(self) -> str:
        digits = self._config("phone_number").removeprefix("+")
        return f"https://wa.me/{digits}" if digits.isascii() and digits.isdigit() else ""

    @staticmethod
    def normalise_address(raw: str) -> str:
        return addresses.normalise(raw)
