"""The Telegram channel: a bot whose private chats are conversations."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

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
    SendRate,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.provider_calls import number_of
from channels_app.adapters.telegram.checking import check_bot
from channels_app.adapters.telegram.client import API_URL, TelegramClient
from channels_app.adapters.telegram.content import FILE_SCHEME
from channels_app.adapters.telegram.errors import TelegramRefusal
from channels_app.adapters.telegram.forms import TelegramConfigForm
from channels_app.adapters.telegram.parse import parse_update
from channels_app.adapters.telegram.sending import Call, as_call
from channels_app.adapters.telegram.simulating import make_update
from channels_app.adapters.trial_files import fetch_trial_file
from helpdesk.common.clock import now

CHUNK_UPDATES = 100
# After a week without news Telegram numbers anew from anywhere: an old offset would then wait for ever.
OFFSET_HOLDS = timedelta(days=6)
_SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  the name of a header
_MOST_PRESSES_ANSWERED = 20


class TelegramAdapter(ChannelAdapter):
    """Private chats with a bot, and those of a business account that has connected it."""

    kind = "telegram"
    label = "Telegram"
    identity_kind = "telegram"
    icon = "send"
    summary = _("Private chats with a bot of yours. Free; the bot is made in a minute by writing to @BotFather.")
    can = Can.SEND | Can.WEBHOOK | Can.POLL | Can.ATTACH | Can.CHOICES
    asks_for = frozenset({"location"})
    config_form = TelegramConfigForm
    signs_body = False
    send_rate = SendRate(messages=30)  # To different chats together; one chat takes about one a second.
    limits = Limits(
        text=4096,
        unit="utf16",
        caption=1024,
        files_apart=True,
        file_bytes={"": 50 * 1024 * 1024},
        choices=20,
        choice_title=64,
    )

    @property
    def is_polled(self) -> bool:
        return self.channel.config.get("delivery", "polling") == "polling"

    @property
    def _secrets(self) -> list[str]:
        return self.channel.secret_list("webhook_secrets")

    @property
    def _token(self) -> str:
        return str(self.channel.secrets.get("bot_token") or "")

    @property
    def _client(self) -> TelegramClient:
        return TelegramClient(token=self._token, base_url=str(self.channel.config.get("base_url") or API_URL))

    def verify(self, request: WebhookRequest) -> None:
        given = request.headers.get(_SECRET_HEADER, "").encode("utf-8", "replace")
        is_ours = False
        for secret in self._secrets:
            is_ours |= hmac.compare_digest(secret.encode(), given)
        if not is_ours:
            raise SignatureError("the secret token is missing or wrong")

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._secrets:
            raise AdapterError("no_secret", str(_("This channel has no webhook secret.")), permanent=True)
        return {"X-Telegram-Bot-Api-Secret-Token": self._secrets[0]}

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_update(event.body, bot_id=self._token.partition(":")[0])

    def reply_body(self, event: RawEvent) -> tuple[str, bytes] | None:
        # The customer's button turns until somebody says that it was pressed; the webhook's answer may do so.
        query_id = _pressed_button(event.body)
        if not query_id:
            return None
        return "application/json", json.dumps({"method": "answerCallbackQuery", "callback_query_id": query_id}).encode()

    def poll(self, cursor: Mapping[str, Any]) -> PollResult:
        updates = self._client.updates(offset=_next_offset(cursor), limit=CHUNK_UPDATES)
        ids = [number_of(update.get("update_id")) for update in updates]
        marks = dict(cursor)
        if any(ids):
            marks = {"offset": max(ids) + 1, "seen_at": now().isoformat()}
        elif updates:
            raise AdapterError("invalid_answer", str(_("Telegram's answer cannot be read.")), permanent=False)
        events = [
            RawEvent(
                body=json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
                content_type="application/json",
                received_at=now(),
                source="poll",
            )
            for update in updates
        ]
        return PollResult(events=events, cursor=marks, has_more=len(updates) >= CHUNK_UPDATES)

    def after_stored(self, events: Sequence[RawEvent]) -> None:
        pressed = [query_id for query_id in (_pressed_button(event.body) for event in events) if query_id]
        for query_id in pressed[:_MOST_PRESSES_ANSWERED]:
            self._client.ask("answerCallbackQuery", callback_query_id=query_id)

    def send(self, message: OutboundMessage) -> Receipt:
        quotes = bool(self.channel.config.get("quotes_message"))
        call = as_call(message, quotes_message=quotes)
        try:
            sent = self._client.act(call.method, call.parameters, file=call.file)
        except TelegramRefusal as refusal:
            sent = self._send_otherwise(message, call, refusal)
        chat = sent.get("chat")
        chat_id = chat.get("id") if isinstance(chat, dict) else message.recipient.address
        message_id = number_of(sent.get("message_id"))
        return Receipt(external_id=f"{chat_id}:{message_id}" if message_id else "")

    def _send_otherwise(self, message: OutboundMessage, call: Call, refusal: TelegramRefusal) -> dict[str, Any]:
        """Once more where Telegram says how: to the chat's new id, or a picture that is none to it as a document."""
        if refusal.migrate_to_chat_id:
            parameters = {**call.parameters, "chat_id": refusal.migrate_to_chat_id}
            return self._client.act(call.method, parameters, file=call.file)
        if call.method == "sendPhoto" and refusal.code == "refused" and "PHOTO" in refusal.description.upper():
            plain = as_call(message, quotes_message="reply_parameters" in call.parameters, as_document=True)
            return self._client.act(plain.method, plain.parameters, file=plain.file)
        raise refusal

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url.startswith(FILE_SCHEME):
            return attachment
        file_id = attachment.url.removeprefix(FILE_SCHEME)
        made_up = fetch_trial_file(replace(attachment, url=file_id))
        return made_up or replace(attachment, content=self._client.download(file_id))

    def check(self) -> list[Finding]:
        return check_bot(
            self._client,
            is_polled=self.is_polled,
            webhook_url=self.webhook_url,
            secret=self._secrets[0] if self._secrets else "",
            bot_username=str(self.channel.config.get("bot_username") or ""),
        )

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return make_update(turn)

    def public_link(self) -> str:
        username = str(self.channel.config.get("bot_username") or "")
        return f"https://t.me/{username}" if username else ""


def _next_offset(cursor: Mapping[str, Any]) -> int | None:
    """Behind what is stored; None once that is so old that Telegram may have begun to number anew."""
    offset, seen_at = number_of(cursor.get("offset")), cursor.get("seen_at")
    if not offset or not isinstance(seen_at, str):
        return offset or None
    return offset if now() - datetime.fromisoformat(seen_at) < OFFSET_HOLDS else None


def _pressed_button(body: bytes) -> str:
    """The id of the callback query that the update is; "" for every other update."""
    if b'"callback_query"' not in body:
        return ""
    try:
        update = json.loads(body)
        query = update.get("callback_query")
        query_id = query.get("id") if isinstance(query, dict) else ""
    except (ValueError, RecursionError, AttributeError):
        return ""
    return query_id if isinstance(query_id, str) and len(query_id) <= 100 else ""
