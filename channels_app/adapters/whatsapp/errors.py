"""Meta's error codes in our words: whether trying again can help, and what a person can do.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.meta.errors import as_adapter_error, read_error
from helpdesk.common.errors import AdapterError
from helpdesk.common.http import HttpAnswer

TOKEN_EXPIRED = 190


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``retry_after_seconds``: how long to wait where Meta does not say so; None for what trying again cannot help.

    ``concerns_channel``: the account or its token is at fault, so that every other message would fail as well.
    """

    words: "Promise | str"
    retry_after_seconds: float | None = None
    concerns_channel: bool = False

    @property
    def is_permanent(self) -> bool:
        return self.retry_after_seconds is None


def _final(words: "Promise | str") -> Meaning:
    return Meaning(words=words)


def _account(words: "Promise | str") -> Meaning:
    return Meaning(words=words, concerns_channel=True)


def _passing(words: "Promise | str", seconds: float) -> Meaning:
    return Meaning(words=words, retry_after_seconds=seconds)


_TOKEN = gettext_lazy("The access token has ended or was withdrawn. Enter a new one on the channel, then send again.")
_RIGHTS = gettext_lazy("The access token may not do this. Generate one with both WhatsApp permissions.")
_BUSY = gettext_lazy("WhatsApp is overloaded or being repaired; this is tried again.")
_RATE = gettext_lazy("Too many messages in a short time; this is tried again.")
_TEMPLATE_GONE = gettext_lazy(
    "This template is not approved in this language. Sync the templates and choose another one."
)
_TEMPLATE_VALUES = gettext_lazy("The variables do not fit this template. Sync the templates, then fill them in again.")

MEANINGS: dict[int, Meaning] = {
    0: _account(_TOKEN),
    1: _passing(_BUSY, 30),
    2: _passing(_BUSY, 30),
    3: _account(_RIGHTS),
    4: _passing(_RATE, 60),
    10: _account(_RIGHTS),
    33: _account(gettext_lazy("The phone number id of this channel is not known at WhatsApp any more.")),
    100: _final(gettext_lazy("WhatsApp cannot read this message.")),
    TOKEN_EXPIRED: _account(_TOKEN),
    368: _account(gettext_lazy("WhatsApp has blocked this account for a while because of its policies.")),
    80007: _passing(_RATE, 300),
    130429: _passing(_RATE, 30),
    130472: _final(gettext_lazy("WhatsApp did not deliver this: the customer takes part in one of its experiments.")),
    130497: _final(gettext_lazy("This account may not write to customers in that country.")),
    131000: _passing(gettext_lazy("Something went wrong at WhatsApp; this is tried again."), 30),
    131005: _account(_RIGHTS),
    131008: _final(gettext_lazy("WhatsApp misses something in this message.")),
    131009: _final(gettext_lazy("WhatsApp does not take a value in this message.")),
    131016: _passing(_BUSY, 60),
    131021: _final(gettext_lazy("This is our own number.")),
    131026: _final(
        gettext_lazy(
            "The customer cannot be reached on WhatsApp: no account, an old app, or he has not agreed to its terms."
        )
    ),
    131031: _account(gettext_lazy("WhatsApp has locked this account. Look into the WhatsApp Manager.")),
    131037: _account(gettext_lazy("The display name of the number is not approved yet.")),
    131042: _account(gettext_lazy("WhatsApp has a problem with the payment of this account.")),
    131045: _account(gettext_lazy("The number is not registered with the Cloud API.")),
    131047: _final(
        gettext_lazy(
            "The customer wrote more than 24 hours ago: only a template can reach him. Choose one and send it."
        )
    ),
    131048: _final(gettext_lazy("WhatsApp limits this number because customers blocked it or reported it as spam.")),
    131049: _final(gettext_lazy("WhatsApp chose not to deliver this, to spare the customer advertising.")),
    131050: _final(gettext_lazy("The customer does not want advertising from us.")),
    131051: _final(gettext_lazy("WhatsApp does not know this type of message.")),
    131052: _passing(gettext_lazy("The file cannot be fetched from WhatsApp at the moment."), 30),
    131053: _final(gettext_lazy("WhatsApp does not take this file: its content does not fit its type.")),
    131056: _passing(gettext_lazy("Too many messages to this one customer in a short time; this is tried again."), 10),
    131057: _passing(_BUSY, 300),
    132000: _final(_TEMPLATE_VALUES),
    132001: _final(_TEMPLATE_GONE),
    132005: _final(gettext_lazy("The text of the template becomes too long with these variables.")),
    132007: _final(gettext_lazy("WhatsApp has refused the text of this template.")),
    132012: _final(_TEMPLATE_VALUES),
    132015: _final(gettext_lazy("WhatsApp has paused this template because customers complained about it.")),
    132016: _final(gettext_lazy("WhatsApp has switched this template off for good.")),
    132068: _final(gettext_lazy("The form in this template is blocked.")),
    132069: _passing(gettext_lazy("The form in this template is slowed down; this is tried again."), 3600),
    133004: _passing(_BUSY, 60),
    133010: _account(gettext_lazy("The number is not registered with the Cloud API.")),
    134011: _final(gettext_lazy("The terms for payments are not accepted yet.")),
}


def meaning_of(code: int) -> Meaning | None:
    """What a code means; None for one that Meta added since."""
    if 200 <= code <= 299:
        return _account(_RIGHTS)
    return MEANINGS.get(code)


def explain(code: int, given: str) -> str:
    """The words for a code, followed by Meta's own details where there are any."""
    meaning = meaning_of(code)
    words = str(meaning.words) if meaning is not None else _("WhatsApp refused this.")
    return f"{words} ({code}: {given})" if given else f"{words} ({code})"


def refusal_of(answer: HttpAnswer) -> AdapterError:
    """What an answer that is no success means for a message; the code is Meta's number.

    Where WhatsApp says in its own words that it refused, nothing was sent. A server's error without such words leaves that open.
    """
    general = as_adapter_error(answer)
    error = read_error(answer)
    code = error.get("code") if error is not None else None
    meaning = meaning_of(code) if isinstance(code, int) and not isinstance(code, bool) else None
    if error is None or meaning is None or code is None:
        return general
    wait = None
    if not meaning.is_permanent:
        asked = answer.headers.get("retry-after", "").strip()
        wait = general.retry_after_seconds if asked else meaning.retry_after_seconds
        if asked.isascii() and asked.isdigit() and len(asked) < 7:
            wait = float(asked)
    return AdapterError(
        str(code),
        explain(code, _details(error)),
        permanent=meaning.is_permanent,
        retry_after_seconds=wait,
        concerns_channel=meaning.concerns_channel,
    )


def _details(error: Mapping[str, Any]) -> str:
    data = error.get("error_data")
    told = data.get("details") if isinstance(data, dict) else None
    return str(told or error.get("message") or "")[:500]
