"""What the Graph API's error codes mean for a message: try again, give up, or stop the channel.

https://developers.facebook.com/docs/messenger-platform/error-codes and .../docs/graph-api/guides/error-handling
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.provider_calls import MAX_WAIT_SECONDS, number_of, read_object, wait_seconds
from helpdesk.common.errors import AdapterError
from helpdesk.common.http import HttpAnswer

_RATE_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened. ``is_passing``: the same message may be taken later."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False
    is_rate_limit: bool = False


_BUSY = Meaning(code="provider_busy", text=_("The provider cannot take the message now."), is_passing=True)
_LIMIT = Meaning(
    code="rate_limited",
    text=_("Too many calls to the provider; it asks us to wait."),
    is_passing=True,
    is_rate_limit=True,
)
_TOKEN = Meaning(
    code="token_refused",
    text=_("The access token is not valid any more. Make a new one and enter it in the channel's settings."),
    concerns_channel=True,
)
_PERMISSION = Meaning(
    code="permission_missing",
    text=_("The app may not do this. Check its permissions and the access that the page has given it."),
    concerns_channel=True,
)
_WINDOW = Meaning(
    code="window_closed", text=_("The customer wrote too long ago; the provider takes no message any more.")
)
_GONE = Meaning(code="person_unavailable", text=_("This person cannot be written to at the moment."))
_UNKNOWN_PERSON = Meaning(code="unknown_person", text=_("The provider does not know this person."))
_TOO_LARGE = Meaning(code="file_too_large", text=_("The file is too large for the provider."))
_FILE = Meaning(code="file_refused", text=_("The provider could not use the file."))
_POLICY = Meaning(
    code="blocked_by_policy",
    text=_("The provider has blocked this for breaking its rules. Look into the page's support inbox."),
    concerns_channel=True,
)
_THREAD = Meaning(
    code="other_app_has_thread",
    text=_("Another application is answering this person. Take the conversation over there first."),
)
_REPLIED = Meaning(
    code="private_reply_used", text=_("This comment has been answered privately before; that is possible once.")
)
_NO_REPLY = Meaning(code="private_reply_refused", text=_("This comment cannot be answered privately."))
_INVALID = Meaning(code="invalid_message", text=_("The provider refuses the message."))
_MISSING = Meaning(code="not_found", text=_("What is answered does not exist any more, or the app may not see it."))

# A subcode says more than its code, so it is looked up first.
_BY_SUBCODE: dict[int, Meaning] = {
    2018278: _WINDOW,
    2018065: _WINDOW,
    2534022: _WINDOW,
    2018108: _GONE,
    1545041: _GONE,
    2018027: _PERMISSION,
    2018028: _PERMISSION,
    2018021: _PERMISSION,
    2018001: _UNKNOWN_PERSON,
    2534014: _UNKNOWN_PERSON,
    2018109: _TOO_LARGE,
    2018047: _FILE,
    2018007: _FILE,
    2018008: _FILE,
    2018074: _FILE,
    2018294: Meaning(code="upload_timeout", text=_("The provider took too long over the file."), is_passing=True),
    2018300: _THREAD,
    2534037: _THREAD,
    2018022: _LIMIT,
    33: _MISSING,
}
_BY_CODE: dict[int, Meaning] = {
    1: _BUSY,
    2: _BUSY,
    1200: _BUSY,
    4: _LIMIT,
    17: _LIMIT,
    32: _LIMIT,
    341: _LIMIT,
    613: _LIMIT,
    80001: _LIMIT,
    80002: _LIMIT,
    80006: _LIMIT,
    102: _TOKEN,
    190: _TOKEN,
    463: _TOKEN,
    467: _TOKEN,
    3: _PERMISSION,
    10: _PERMISSION,
    200: _PERMISSION,
    230: _PERMISSION,
    283: _PERMISSION,
    299: _PERMISSION,
    368: _POLICY,
    100: _INVALID,
    551: _GONE,
    803: _MISSING,
    10900: _REPLIED,
    10903: _NO_REPLY,
}


def read_error(answer: HttpAnswer) -> Mapping[str, Any] | None:
    """The error object of an answer; None where it has none (a page of a proxy, a cut answer)."""
    error = read_object(answer).get("error")
    return error if isinstance(error, dict) else None


def as_adapter_error(answer: HttpAnswer) -> AdapterError:
    """What an answer of the Graph API that is no success means for whoever called.

    Where the API says in its own words that it refused, nothing happened. A server's error without such words leaves open whether it
    acted (``is_uncertain``).
    """
    error = read_error(answer)
    if error is None:
        return _without_words(answer)
    code, subcode = number_of(error.get("code")), number_of(error.get("error_subcode"))
    found = _BY_SUBCODE.get(subcode) or _BY_CODE.get(code)
    if found is None:
        is_permission = 200 <= code <= 299
        passes = error.get("is_transient") is True or answer.status >= 500
        found = _PERMISSION if is_permission else _BUSY if passes else _INVALID
    words = str(found.text)
    if found is _INVALID:
        words = f"{words} {str(error.get('message') or '')[:300]}".strip()
    name = f"{found.code}:{code}/{subcode}" if subcode else f"{found.code}:{code}"
    return AdapterError(
        name[:40],
        words,
        permanent=not found.is_passing,
        retry_after_seconds=_wait(answer) if found.is_rate_limit else None,
        concerns_channel=found.concerns_channel,
    )


def _without_words(answer: HttpAnswer) -> AdapterError:
    is_passing = answer.status >= 500 or answer.status in (408, 425, 429)
    return AdapterError(
        f"http_{answer.status}",
        str(_BUSY.text if is_passing else _INVALID.text),
        permanent=not is_passing,
        is_uncertain=answer.status >= 500,
        retry_after_seconds=_wait(answer) if answer.status == 429 else None,
    )


def _wait(answer: HttpAnswer) -> float:
    """Seconds until calls are taken again: Retry-After, else the minutes that the usage header estimates, else one minute."""
    asked = wait_seconds(answer.headers.get("retry-after", "").strip())
    if asked is not None:
        return asked
    try:
        usage = json.loads(answer.headers.get("x-business-use-case-usage", "") or "{}")
        rows = [row for rows in usage.values() for row in rows]
        minutes = max((number_of(row.get("estimated_time_to_regain_access")) for row in rows), default=0)
    except (ValueError, AttributeError, TypeError, RecursionError):
        minutes = 0
    return min(minutes * 60.0, MAX_WAIT_SECONDS) or _RATE_LIMIT_SECONDS
