"""WeChat Official Accounts: signed XML in, customer-service messages out, an answer in the same call where one is set."""

import secrets
from collections.abc import Mapping
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
    ParseError,
    RawEvent,
    Receipt,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.provider_calls import FilePart, text_of
from channels_app.adapters.trial_files import TRIAL_FILE, fetch_trial_file
from channels_app.adapters.wechat.client import WeChatClient
from channels_app.adapters.wechat.envelope import Account, encrypted_part, open_body, passive_reply
from channels_app.adapters.wechat.forms import WeChatConfigForm
from channels_app.adapters.wechat.parse import MEDIA, is_for, item_key, parse_fields
from channels_app.adapters.wechat.signing import DecryptionError, decrypt, make_signature, verify_query
from channels_app.adapters.wechat.simulating import simulate_turn
from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from helpdesk.core.services import count_and_check

_MEGABYTE = 1024 * 1024
_SUCCESS = ("text/plain", b"success")
_DAY_SECONDS = 24 * 3600
# Beginning of a media type -> what WeChat calls it.
_UPLOADS = {"image/": "image", "audio/": "voice", "video/": "video"}


class WeChatAdapter(ChannelAdapter):
    """Official Accounts (service and subscription accounts); the limits are those of customer-service messages."""

    kind = "wechat"
    label = gettext_lazy("WeChat")
    identity_kind = "wechat"
    icon = "message-square"
    summary = gettext_lazy(
        "Messages to your WeChat Official Account. Answering needs a verified account: WeChat checks the company once a year and "
        "charges for it; companies outside mainland China apply with their own papers."
    )
    can = Can.SEND | Can.WEBHOOK | Can.ATTACH
    config_form = WeChatConfigForm
    signs_body = False  # in plain mode the signature covers token, time and nonce only
    messaging_window = timedelta(hours=48)
    # https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html
    limits = Limits(
        text=2048,
        unit="bytes",
        files_apart=True,
        file_bytes={
            "image/jpeg": 10 * _MEGABYTE,
            "image/png": 10 * _MEGABYTE,
            "image/gif": 10 * _MEGABYTE,
            "audio/amr": 2 * _MEGABYTE,
            "audio/mpeg": 2 * _MEGABYTE,
            "video/mp4": 10 * _MEGABYTE,
        },
    )

    @property
    def _account(self) -> Account:
        return Account.of(self.channel)

    def verify(self, request: WebhookRequest) -> None:
        account = self._account
        if not account.is_safe:
            verify_query(request.query, tokens=account.tokens, at=request.received_at)
            return
        try:
            encrypted = encrypted_part(request.body)
        except ParseError:
            raise DecryptionError from None
        verify_query(request.query, tokens=account.tokens, at=request.received_at, encrypted=encrypted)
        decrypt(encrypted, keys=account.keys, app_id=account.app_id)

    def handshake(self, request: WebhookRequest) -> tuple[str, bytes] | None:
        challenge = request.query.get("echostr", "")
        if not challenge:
            return None
        if len(challenge) > 200:
            raise SignatureError("the challenge is too long")
        verify_query(request.query, tokens=self._account.tokens, at=request.received_at)
        return "text/plain", challenge.encode("utf-8", "replace")

    @property
    def _original_id(self) -> str:
        return str(self.channel.config.get("original_id") or "")

    def event_key(self, event: RawEvent) -> bytes:
        # WeChat repeats a call up to three times, in safe mode each time encrypted anew.
        try:
            fields = open_body(event.body, self._account)
        except ParseError:
            return super().event_key(event)
        return item_key(fields) if fields.get("FromUserName") and fields.get("CreateTime") else super().event_key(event)

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_fields(open_body(event.body, self._account), original_id=self._original_id)

    def reply_body(self, event: RawEvent) -> tuple[str, bytes] | None:
        """ "success", or a text where one is set: WeChat shows it to the customer without counting it."""
        try:
            fields = open_body(event.body, self._account)
        except ParseError:
            return _SUCCESS
        text = self._instant_text(fields) if is_for(fields, self._original_id) else ""
        if not text:
            return _SUCCESS
        at = int(now().timestamp())
        return "application/xml", passive_reply(fields, text, self._account, at=at, nonce=secrets.token_hex(8))

    def _instant_text(self, fields: Mapping[str, str]) -> str:
        if fields.get("MsgType") == "event":
            is_new = fields.get("Event") == "subscribe"
            return str(self.channel.config.get("subscribe_reply") or "") if is_new else ""
        text = str(self.channel.config.get("instant_reply") or "")
        if not text:
            return ""
        try:
            key = f"wechat-reply:{self.channel.uuid}:{fields.get('FromUserName', '')}"
            count_and_check(key, limit=1, window_seconds=_DAY_SECONDS)
        except TooManyRequests:
            return ""
        return text

    def send(self, message: OutboundMessage) -> Receipt:
        client = WeChatClient(self.channel)
        body: dict[str, object] = {"touser": message.recipient.address}
        if message.attachments:
            file = message.attachments[0]
            kind = next((word for start, word in _UPLOADS.items() if file.content_type.startswith(start)), "")
            if not kind:
                raise AdapterError("file_refused", _("WeChat takes pictures, voice and films only."), permanent=True)
            media_id = client.upload(FilePart.of(file, field="media"), kind=kind)
            body |= {"msgtype": kind, kind: {"media_id": media_id}}
        else:
            body |= {"msgtype": "text", "text": {"content": message.text}}
        answer = client.send(body)
        return Receipt(external_id=text_of(answer.get("msgid"), limit=64) or message.uuid)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url.startswith(MEDIA):
            return attachment
        media_id = attachment.url.removeprefix(MEDIA)
        if media_id.startswith(TRIAL_FILE):
            return fetch_trial_file(replace(attachment, url=media_id)) or attachment
        answer = WeChatClient(self.channel).download(media_id)
        claimed = answer.headers.get("content-type", "").partition(";")[0].strip()
        is_media = claimed.startswith(("image/", "audio/", "video/"))
        return replace(
            attachment, content=answer.content, content_type=claimed if is_media else attachment.content_type
        )

    def check(self) -> list[Finding]:
        account = self._account
        findings = []
        if not account.tokens or (account.is_safe and not account.keys):
            advice = _("Enter the Token and, for the safe mode, the EncodingAESKey of the server configuration.")
            findings.append(
                Finding(is_ok=False, what=_("Incoming calls cannot be proven and are refused."), advice=advice)
            )
        elif not account.is_safe:
            advice = _("Choose the safe mode here and in WeChat's server configuration.")
            findings.append(Finding(is_ok=True, what=_("Messages come unencrypted (plain mode)."), advice=advice))
        try:
            count = WeChatClient(self.channel).callback_addresses()
        except AdapterError as error:
            advice = _("Compare AppID and AppSecret, and put this server's address on the IP allow-list.")
            return [*findings, Finding(is_ok=False, what=error.message, advice=advice)]
        what = _("WeChat accepts the account and calls from %(count)d addresses.") % {"count": count}
        return [*findings, Finding(is_ok=True, what=what)]

    def sign_query(self, body: bytes) -> dict[str, str]:
        account = self._account
        if not account.tokens:
            raise AdapterError("no_secret", _("This channel has no token."), permanent=True)
        timestamp, nonce = str(int(now().timestamp())), secrets.token_hex(8)
        signed = {
            "signature": make_signature(account.tokens[0], timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        if not account.is_safe:
            return signed
        try:
            encrypted = encrypted_part(body)
        except ParseError as error:
            raise AdapterError(error.code, error.message, permanent=True) from None
        signature = make_signature(account.tokens[0], timestamp, nonce, encrypted)
        return signed | {"encrypt_type": "aes", "msg_signature": signature}

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return simulate_turn(turn, owner=self._original_id)

    def public_link(self) -> str:
        return f"https://open.weixin.qq.com/qr/code?username={self._original_id}" if self._original_id else ""
