"""The LINE channel: chats with an official account."""

import base64
import hashlib
import hmac
import logging
from dataclasses import replace
from urllib.parse import quote

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    RawEvent,
    Receipt,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.line.checking import check_account
from channels_app.adapters.line.client import API_URL, DATA_URL, LineClient
from channels_app.adapters.line.forms import LineConfigForm
from channels_app.adapters.line.parse import CONTENT_SCHEME, parse_call
from channels_app.adapters.line.sending import send_message
from channels_app.adapters.line.simulating import make_call
from channels_app.adapters.provider_calls import text_of
from channels_app.adapters.trial_files import fetch_trial_file

logger = logging.getLogger(__name__)

_NAME_KNOWN_SECONDS = 24 * 3600
_NAME_UNKNOWN_SECONDS = 600
_MEGABYTE = 1024 * 1024


class LineAdapter(ChannelAdapter):
    """The Messaging API of one official account."""

    kind = "line"
    label = "LINE"
    identity_kind = "line"
    icon = "message-circle"
    summary = gettext_lazy(
        "Chats with your LINE Official Account. The account is free; messages sent later than a minute count towards its monthly plan."
    )
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH | Can.CHOICES | Can.IDEMPOTENT_SEND
    config_form = LineConfigForm
    limits = Limits(
        text=5000,
        unit="utf16",
        files_apart=True,
        file_bytes={"image/jpeg": 10 * _MEGABYTE, "image/png": 10 * _MEGABYTE, "": 25 * _MEGABYTE},
        choices=13,
        choice_title=20,
    )

    @property
    def _secrets(self) -> list[str]:
        return self.channel.secret_list("channel_secrets")

    @property
    def _client(self) -> LineClient:
        config = self.channel.config
        base_url = str(config.get("base_url") or API_URL)
        return LineClient(
            token=str(self.channel.secrets.get("access_token") or ""),
            base_url=base_url,
            data_url=str(config.get("base_url") or DATA_URL),
        )

    def verify(self, request: WebhookRequest) -> None:
        given = request.headers.get("x-line-signature", "").encode("utf-8", "replace")
        is_signed = False
        for secret in self._secrets:
            is_signed |= hmac.compare_digest(_signature(secret, request.body).encode(), given)
        if not is_signed:
            raise SignatureError("no secret of this channel made this signature")

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._secrets:
            raise AdapterError("no_secret", _("This channel has no channel secret."), permanent=True)
        return {"X-Line-Signature": _signature(self._secrets[0], body)}

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_call(event.body, bot_user_id=str(self.channel.config.get("bot_user_id") or ""))

    def complete(self, item: InboundItem) -> InboundItem:
        if not isinstance(item, InboundMessage) or item.sender.name:
            return item
        name = self._name_of(item.sender.address)
        return replace(item, sender=replace(item.sender, name=name)) if name else item

    def _name_of(self, user_id: str) -> str:
        """The name that the person shows in LINE; "" where it cannot be had now."""
        key = f"line-name:{self.channel.uuid}:{user_id}"
        known = cache.get(key)
        if isinstance(known, str):
            return known
        try:
            name = text_of(self._client.read(f"profile/{quote(user_id, safe='')}").get("displayName"), limit=200)
        except AdapterError as error:
            logger.info("a name could not be read: %s", error.code)
            name = ""
        cache.set(key, name, _NAME_KNOWN_SECONDS if name else _NAME_UNKNOWN_SECONDS)
        return name

    def send(self, message: OutboundMessage) -> Receipt:
        if not self.channel.secrets.get("access_token"):
            text = _("This channel has no access token.")
            raise AdapterError("no_token", text, permanent=True, concerns_channel=True)
        return send_message(self._client, message)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        made_up = fetch_trial_file(attachment)
        if made_up is not None:
            return made_up
        if attachment.url.startswith(CONTENT_SCHEME):
            content = self._client.download(attachment.url.removeprefix(CONTENT_SCHEME))
        else:
            content = self._client.download_elsewhere(attachment.url)
        return replace(attachment, content=content)

    def check(self) -> list[Finding]:
        return check_account(
            self._client,
            basic_id=str(self.channel.config.get("basic_id") or ""),
            bot_user_id=str(self.channel.config.get("bot_user_id") or ""),
            webhook_url=self.webhook_url,
        )

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_call(turn)

    def public_link(self) -> str:
        basic_id = str(self.channel.config.get("basic_id") or "")
        return f"https://line.me/R/ti/p/{quote(basic_id, safe='')}" if basic_id else ""


def _signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode("utf-8", "replace"), body, hashlib.sha256).digest()).decode()
