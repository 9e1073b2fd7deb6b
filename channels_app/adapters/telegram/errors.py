"""What the Bot API's refusals mean for a message. https://core.telegram.org/bots/api#making-requests"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import number_of, read_object, text_of, wait_seconds
from helpdesk.common.http import HttpAnswer

_DEFAULT_WAIT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False


_UNREACHABLE = Meaning(code="customer_unreachable", text=_("The customer has blocked the bot or left Telegram."))
_NO_CHAT = Meaning(
    code="chat_not_found", text=_("Telegram does not know this chat: the customer never wrote to this bot.")
)
_TOKEN = Meaning(
    code="invalid_token",
    text=_("Telegram does not accept the bot token. Get it from @BotFather and enter it again."),
    concerns_channel=True,
)
_CONFLICT = Meaning(
    code="conflict",
    text=_("A webhook is set for this bot, or another program fetches its messages. Only one may."),
    is_passing=True,
)
_TOO_LARGE = Meaning(code="file_too_large", text=_("The file is too large for Telegram."))
_GONE = Meaning(code="file_gone", text=_("Telegram has not kept this file."))
_BUSY = Meaning(code="provider_busy", text=_("Telegram cannot answer at the moment."), is_passing=True)
_LIMIT = Meaning(code="rate_limited", text=_("Too many messages at once; Telegram asks us to wait."), is_passing=True)
_REFUSED = Meaning(code="refused", text=_("Telegram refuses the message."))

# Beginnings or parts of descriptions, lower case: error codes alone do not tell these apart.
_BY_WORDS = {
    "bot was blocked": _UNREACHABLE,
    "user is deactivated": _UNREACHABLE,
    "bot can't initiate conversation": _UNREACHABLE,
    "bot can't send messages to": _UNREACHABLE,
    "peer_id_invalid": _NO_CHAT,
    "chat not found": _NO_CHAT,
    "user not found": _NO_CHAT,
    "file is too big": _TOO_LARGE,
    "request entity too large": _TOO_LARGE,
    "wrong file_id": _GONE,
    "file is temporarily unavailable": _BUSY,
}
_BY_CODE = {401: _TOKEN, 403: _UNREACHABLE, 404: _TOKEN, 409: _CONFLICT, 413: _TOO_LARGE, 429: _LIMIT}


class TelegramRefusal(AdapterError):
    """A refusal with what Telegram says beside it: its words, and the chat's new id where a group was changed."""

    description: str = ""
    migrate_to_chat_id: int = 0


def as_refusal(answer: HttpAnswer, *, acts: bool) -> TelegramRefusal:
    """The error for an answer that is no success.

    Without words of the API's own (a gateway's page) nobody knows whether it acted, so that is uncertain for what ``acts``.
    """
    document = read_object(answer)
    code = number_of(document.get("error_code")) or answer.status
    description = text_of(document.get("description"))
    found = next((meaning for words, meaning in _BY_WORDS.items() if words in description.lower()), None)
    found = found or _BY_CODE.get(code) or (_BUSY if code >= 500 else _REFUSED)
    parameters = document.get("parameters")
    asked = parameters if isinstance(parameters, dict) else {}
    words = f"{found.text} ({description})" if found is _REFUSED and description else str(found.text)
    waits = wait_seconds(asked.get("retry_after")) or wait_seconds(answer.headers.get("retry-after"))
    refusal = TelegramRefusal(
        found.code,
        words,
        permanent=not found.is_passing,
        retry_after_seconds=(waits or _DEFAULT_WAIT_SECONDS) if found is _LIMIT else waits,
        is_uncertain=acts and answer.status >= 500 and not document,
        concerns_channel=found.concerns_channel,
    )
    refusal.description = description
    moved = asked.get("migrate_to_chat_id")
    refusal.migrate_to_chat_id = moved if isinstance(moved, int) and not isinstance(moved, bool) else 0
    return refusal
