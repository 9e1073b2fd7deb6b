"""Viber's status codes: every answer is HTTP 200 and says in its body what happened.

https://developers.viber.com/docs/api/rest-bot-api/#error-codes
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import number_of, read_object, text_of, wait_seconds
from helpdesk.common.http import HttpAnswer

_DEFAULT_WAIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False


_TOKEN = Meaning(
    code="invalid_token",
    text=_("Viber does not accept the token. Copy it from the bot's settings in Viber and enter it again."),
    concerns_channel=True,
)
_ACCOUNT = Meaning(
    code="account_blocked",
    text=_("Viber has blocked or suspended the bot, or does not know it. Ask Viber's support."),
    concerns_channel=True,
)
_WEBHOOK = Meaning(
    code="webhook_not_set", text=_("Viber wants a webhook first: press “Test connection”."), concerns_channel=True
)
_PLAN = Meaning(
    code="plan_exhausted",
    text=_("The bot's free messages or its balance are used up. Look into the contract with Viber."),
    concerns_channel=True,
)
_UNREACHABLE = Meaning(
    code="customer_unreachable", text=_("The customer has unsubscribed, or does not use Viber any more.")
)
_DEVICE = Meaning(code="device_too_old", text=_("The customer's Viber is too old for this message."))
_COUNTRY = Meaning(code="country_refused", text=_("Viber does not deliver to the customer's country."))
_REFUSED = Meaning(code="refused", text=_("Viber refuses the message."))
_LIMIT = Meaning(code="rate_limited", text=_("Too many messages at once; Viber asks us to wait."), is_passing=True)
_BUSY = Meaning(code="provider_busy", text=_("Viber cannot answer at the moment."), is_passing=True)

_BY_STATUS = {
    1: Meaning(code="invalid_url", text=_("Viber does not accept the webhook's address."), concerns_channel=True),
    2: _TOKEN,
    3: _REFUSED,
    4: _REFUSED,
    5: _UNREACHABLE,
    6: _UNREACHABLE,
    7: _ACCOUNT,
    8: _ACCOUNT,
    9: _ACCOUNT,
    10: _WEBHOOK,
    11: _DEVICE,
    12: _LIMIT,
    13: _DEVICE,
    14: _DEVICE,
    15: _ACCOUNT,
    16: _REFUSED,
    17: _REFUSED,
    18: _REFUSED,
    19: _REFUSED,
    20: _REFUSED,
    21: _COUNTRY,
    22: _PLAN,
    23: _PLAN,
    24: _PLAN,
}


def refusal_in(answer: HttpAnswer, *, acts: bool) -> AdapterError | None:
    """The error that an answer says; None for a success. A gateway's page leaves open whether Viber acted."""
    document = read_object(answer)
    status = document.get("status")
    if answer.status == 200 and status == 0 and not isinstance(status, bool):
        return None
    if "status" not in document:
        is_limit, is_passing = answer.status == 429, answer.status >= 500 or answer.status in (200, 408, 425)
        found = _LIMIT if is_limit else _BUSY if is_passing else _REFUSED
        is_uncertain = acts and is_passing
    else:
        # Codes that are not in the table are "general errors", which pass.
        found, is_uncertain = _BY_STATUS.get(number_of(status), _BUSY), False
    words = text_of(document.get("status_message"))
    return AdapterError(
        f"{found.code}:{number_of(status)}" if found is _REFUSED and "status" in document else found.code,
        f"{found.text} ({words})" if found is _REFUSED and words else str(found.text),
        permanent=not found.is_passing,
        retry_after_seconds=_wait(answer) if found is _LIMIT else None,
        is_uncertain=is_uncertain,
        concerns_channel=found.concerns_channel,
    )


def _wait(answer: HttpAnswer) -> float:
    return wait_seconds(answer.headers.get("retry-after")) or _DEFAULT_WAIT_SECONDS
