"""What the Messaging API's refusals mean. https://developers.line.biz/en/reference/messaging-api/#error-responses"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import read_object, text_of, wait_seconds
from helpdesk.common.http import HttpAnswer

_DEFAULT_WAIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False


REPLY_TOKEN = Meaning(code="reply_token_over", text=_("LINE's token for a free answer is over."))
_TOKEN = Meaning(
    code="invalid_token",
    text=_(
        "LINE does not accept the channel access token. Issue a new one in the LINE Developers console and enter it."
    ),
    concerns_channel=True,
)
_FORBIDDEN = Meaning(
    code="not_allowed",
    text=_("The LINE account may not do this. Look at its plan and the channel's permissions."),
    concerns_channel=True,
)
_QUOTA = Meaning(
    code="monthly_quota",
    text=_("The messages of this month's LINE plan are used up. Take a larger plan or wait for the next month."),
    concerns_channel=True,
)
_UNREACHABLE = Meaning(
    code="customer_unreachable", text=_("The customer has blocked the account or is no friend of it any more.")
)
_GONE = Meaning(code="file_gone", text=_("LINE has not kept this file."))
_LIMIT = Meaning(code="rate_limited", text=_("Too many calls; LINE asks us to wait."), is_passing=True)
_BUSY = Meaning(code="provider_busy", text=_("LINE cannot answer at the moment."), is_passing=True)
_REFUSED = Meaning(code="refused", text=_("LINE refuses the message."))

# Parts of LINE's words, lower case.
_BY_WORDS = {
    "invalid reply token": REPLY_TOKEN,
    "monthly limit": _QUOTA,
    "failed to send messages": _UNREACHABLE,
    "the property, 'to', in the request body is invalid": _UNREACHABLE,
}
_BY_STATUS = {401: _TOKEN, 403: _FORBIDDEN, 404: _GONE, 410: _GONE, 429: _LIMIT}


def as_refusal(answer: HttpAnswer, *, acts: bool) -> AdapterError:
    """The error for an answer that is no success; a gateway's page leaves open whether LINE acted."""
    document = read_object(answer)
    words = _words(document)
    found = next((meaning for part, meaning in _BY_WORDS.items() if part in words.lower()), None)
    found = found or _BY_STATUS.get(answer.status) or (_BUSY if answer.status >= 500 else _REFUSED)
    waits = wait_seconds(answer.headers.get("retry-after"))
    return AdapterError(
        found.code,
        f"{found.text} ({words[:200]})" if found is _REFUSED and words else str(found.text),
        permanent=not found.is_passing,
        retry_after_seconds=(waits or _DEFAULT_WAIT_SECONDS) if found is _LIMIT else waits,
        is_uncertain=acts and answer.status >= 500,
        concerns_channel=found.concerns_channel,
    )


def _words(document: dict[str, Any]) -> str:
    details = document.get("details")
    listed = [one for one in (details if isinstance(details, list) else [])[:5] if isinstance(one, dict)]
    return " ".join(filter(None, (text_of(one.get("message")) for one in (document, *listed))))
