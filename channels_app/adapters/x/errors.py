"""What X's refusals mean. https://docs.x.com/x-api/fundamentals/response-codes-and-errors"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import MAX_WAIT_SECONDS, number_of, read_object, text_of, wait_seconds
from helpdesk.common.clock import now
from helpdesk.common.http import HttpAnswer

_DEFAULT_WAIT_SECONDS = 900.0  # X counts in windows of 15 minutes


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """``text`` says to an agent what happened."""

    code: str
    text: Any
    is_passing: bool = False
    concerns_channel: bool = False


_KEYS = Meaning(
    code="invalid_keys",
    text=_("X does not accept the keys. Make new ones in the developer portal and enter all four again."),
    concerns_channel=True,
)
_PLAN = Meaning(
    code="plan_exhausted",
    text=_("The paid plan or the credits of the X app are used up. Look into the developer portal."),
    concerns_channel=True,
)
_PERMISSION = Meaning(
    code="permission_missing",
    text=_("The X app may not do this. It needs “Read and write and Direct Messages” and a plan that includes it."),
    concerns_channel=True,
)
_UNREACHABLE = Meaning(code="customer_unreachable", text=_("This person does not take messages from this account."))
_DUPLICATE = Meaning(code="duplicate", text=_("X refuses to publish the same text twice."))
_GONE = Meaning(code="post_gone", text=_("The post that is answered was deleted, or is not visible to this account."))
_NOT_FOUND = Meaning(code="not_found", text=_("X does not know this person or post any more."))
_TOO_LONG = Meaning(code="text_too_long", text=_("The text is too long for X."))
_FILE = Meaning(code="file_refused", text=_("X could not use the file."))
_LIMIT = Meaning(code="rate_limited", text=_("Too many calls; X asks us to wait."), is_passing=True)
_BUSY = Meaning(code="provider_busy", text=_("X cannot answer at the moment."), is_passing=True)
_REFUSED = Meaning(code="refused", text=_("X refuses this."))

# Parts of X's words, lower case, in the order in which they are looked for: the status alone does not tell these apart.
_BY_WORDS = {
    "usagecapexceeded": _PLAN,
    "usage cap": _PLAN,
    "creditsdepleted": _PLAN,
    "does not have any credits": _PLAN,
    "duplicate content": _DUPLICATE,
    "cannot send messages to this user": _UNREACHABLE,
    "not allowed to send": _UNREACHABLE,
    "do not have permission to dm": _UNREACHABLE,
    "deleted or not visible": _GONE,
    "oauth1-permissions": _PERMISSION,
    "oauth1 app permissions": _PERMISSION,
    "client-not-enrolled": _PERMISSION,
    "client-forbidden": _PERMISSION,
    "not permitted to perform this action": _PERMISSION,
    "longer text": _TOO_LONG,
    "too long": _TOO_LONG,
    "media ids are invalid": _FILE,
    "media id is invalid": _FILE,
}
_BY_STATUS = {401: _KEYS, 402: _PLAN, 404: _NOT_FOUND, 413: _FILE, 429: _LIMIT}


def as_refusal(answer: HttpAnswer, *, acts: bool) -> AdapterError:
    """The error for an answer that is no success; a gateway's page leaves open whether X acted."""
    document = read_object(answer)
    words = _words(document)
    found = next((meaning for part, meaning in _BY_WORDS.items() if part in words.lower()), None)
    found = found or _BY_STATUS.get(answer.status) or (_BUSY if answer.status >= 500 else _REFUSED)
    text = f"{found.text} ({words[:200]})" if found is _REFUSED and words else str(found.text)
    return AdapterError(
        found.code,
        text,
        permanent=not found.is_passing,
        retry_after_seconds=reset_seconds(answer) if found is _LIMIT else None,
        is_uncertain=acts and answer.status >= 500 and not document,
        concerns_channel=found.concerns_channel,
    )


def reset_seconds(answer: HttpAnswer) -> float:
    """Seconds until the window of the limit ends, from ``x-rate-limit-reset`` (Unix seconds) or Retry-After."""
    reset = number_of(answer.headers.get("x-rate-limit-reset"))
    if reset:
        return min(max(reset - now().timestamp(), 1.0), MAX_WAIT_SECONDS)
    return wait_seconds(answer.headers.get("retry-after")) or _DEFAULT_WAIT_SECONDS


def _words(document: dict[str, Any]) -> str:
    """Title, detail and type of the problem, and of those listed beside it."""
    listed = document.get("errors")
    problems = [document, *(one for one in (listed if isinstance(listed, list) else [])[:5] if isinstance(one, dict))]
    names = ("title", "reason", "detail", "message", "type")
    return " ".join(filter(None, (text_of(problem.get(name)) for problem in problems for name in names)))
