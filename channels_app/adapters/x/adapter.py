"""The X channel: direct messages of one account, and public posts that name it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

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
    PollResult,
    RawEvent,
    Receipt,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
    digest,
)
from channels_app.adapters.trial_files import fetch_trial_file
from channels_app.adapters.x.checking import check_account
from channels_app.adapters.x.client import API_URL, XClient
from channels_app.adapters.x.forms import XConfigForm
from channels_app.adapters.x.oauth import Keys
from channels_app.adapters.x.parse import parse_event
from channels_app.adapters.x.polling import poll_sources
from channels_app.adapters.x.sending import MAX_DIRECT_CHARACTERS, MAX_PUBLIC_WEIGHT, send_message
from channels_app.adapters.x.simulating import make_activity

_SIGNATURE_HEADER = "x-twitter-webhooks-signature"
_MAX_CHALLENGE_CHARACTERS = 500
_MEGABYTE = 1024 * 1024


class XAdapter(ChannelAdapter):
    """Direct messages and mentions over API v2 or the Account Activity webhook; access is paid."""

    kind = "x"
    label = "X"
    identity_kind = "x"
    icon = "at-sign"
    summary = gettext_lazy(
        "Direct messages and mentions of your account on X (Twitter). X charges for the access: it needs a paid API plan or credits."
    )
    can = (
        Can.SEND | Can.WEBHOOK | Can.POLL | Can.ATTACH | Can.PUBLIC | Can.PRIVATE_REPLY | Can.READ_RECEIPTS
    )  # fmt: skip
    config_form = XConfigForm
    limits = Limits(
        text=MAX_DIRECT_CHARACTERS,
        public_text=MAX_PUBLIC_WEIGHT,
        public_unit="weighted",
        caption=MAX_DIRECT_CHARACTERS,
        files_apart=True,
        file_bytes={
            "image/jpeg": 5 * _MEGABYTE,
            "image/png": 5 * _MEGABYTE,
            "image/webp": 5 * _MEGABYTE,
            "image/gif": 15 * _MEGABYTE,
            "video/mp4": 512 * _MEGABYTE,
        },
    )

    @property
    def is_polled(self) -> bool:
        return self.channel.config.get("delivery", "polling") == "polling"

    @property
    def _own_id(self) -> str:
        return str(self.channel.config.get("user_id") or "")

    @property
    def _secrets(self) -> list[str]:
        return self.channel.secret_list("consumer_secrets")

    @property
    def _client(self) -> XClient:
        keys = Keys(
            consumer_key=str(self.channel.config.get("consumer_key") or ""),
            consumer_secret=next(iter(self._secrets), ""),
            access_token=str(self.channel.secrets.get("access_token") or ""),
            access_token_secret=str(self.channel.secrets.get("access_token_secret") or ""),
        )
        return XClient(keys=keys, base_url=str(self.channel.config.get("base_url") or API_URL))

    def verify(self, request: WebhookRequest) -> None:
        given = request.headers.get(_SIGNATURE_HEADER, "").encode("utf-8", "replace")
        is_signed = False
        for secret in self._secrets:
            is_signed |= hmac.compare_digest(_hmac_text(secret, request.body).encode(), given)
        if not is_signed:
            raise SignatureError("no secret of this channel made this signature")

    def handshake(self, request: WebhookRequest) -> tuple[str, bytes] | None:
        token = request.query.get("crc_token", "")
        if not token:
            return None
        if len(token) > _MAX_CHALLENGE_CHARACTERS or not token.isprintable() or not self._secrets:
            raise SignatureError("this is no challenge of X's, or the channel has no secret")
        answer = {"response_token": _hmac_text(self._secrets[0], token.encode("utf-8", "replace"))}
        return "application/json", json.dumps(answer).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._secrets:
            raise AdapterError("no_secret", _("This channel has no API key secret."), permanent=True)
        return {"X-Twitter-Webhooks-Signature": _hmac_text(self._secrets[0], body)}

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_event(event.body, own_id=self._own_id)

    def event_key(self, event: RawEvent) -> bytes:
        # A polled message keeps its id while what X tells beside it (addresses of pictures) changes from call to call.
        key = event.meta.get("key")
        return digest("polled", key) if event.source == "poll" and isinstance(key, str) else digest(event.body)

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        takes, sources = self.channel.config.get("takes", "both"), {}
        if takes != "mentions":
            sources["dm_event"] = "dm_events"
        if takes != "messages":
            sources["mention"] = f"users/{self._own_id}/mentions"
        return poll_sources(self._client, cursor, sources=sources)

    def send(self, message: OutboundMessage) -> Receipt:
        return send_message(self._client, message)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        made_up = fetch_trial_file(attachment)
        return made_up or replace(attachment, content=self._client.download(attachment.url))

    def check(self) -> list[Finding]:
        return check_account(self._client, config=self.channel.config, webhook_url=self.webhook_url)

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_activity(turn, own_id=self._own_id)

    def public_link(self) -> str:
        return f"https://x.com/messages/compose?recipient_id={self._own_id}" if self._own_id else ""


def _hmac_text(secret: str, signed: bytes) -> str:
    mac = hmac.new(secret.encode("utf-8", "replace"), signed, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(mac).decode()
