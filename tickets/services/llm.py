"""Asking a language model over an interface in the shape of OpenAI's chat completions. Off until somebody switches it on.

One function makes every call: with a time limit and a cap on the answer, outside any transaction, with a row that says what it cost
and how it ended. What was asked and answered is kept nowhere.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.crypto import decrypt_json, encrypt_json
from helpdesk.common.errors import HelpdeskError, InvalidInput
from helpdesk.common.http import HttpAnswer, HttpError, call
from helpdesk.common.remembered import Remembered
from helpdesk.core.services import read_site_settings
from tickets.models import LLMCall, LLMSettings

logger = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
_MILLION = Decimal(1_000_000)


class LLMUnavailable(HelpdeskError):
    """The model is switched off, over its limit of costs, or has not given an answer that can be read."""

    status = 503


@dataclass(frozen=True, kw_only=True)
class _Answer:
    text: str
    input_tokens: int
    output_tokens: int


def _load() -> LLMSettings:
    return LLMSettings.objects.filter(pk=1).first() or LLMSettings(pk=1)


llm_settings = Remembered(_load)
llm_settings.forget_on_change(LLMSettings)


def is_on(purpose: str) -> bool:
    """Whether the model may be asked for this: "draft", "summary" or "bot"."""
    settings = llm_settings()
    wanted = {"draft": settings.for_drafts, "summary": settings.for_summaries, "bot": settings.for_bots, "test": True}
    return bool(settings.is_on and settings.url and settings.model and wanted[purpose])


@transaction.atomic
def save_llm_settings(*, changes: Mapping[str, Any], key: str | None = None) -> LLMSettings:
    """Change the settings. ``key``: the new secret, "" removes it, None leaves it. Raises InvalidInput ("llm_incomplete")."""
    settings = LLMSettings.objects.select_for_update().filter(pk=1).first() or LLMSettings(pk=1)
    for name, value in changes.items():
        setattr(settings, name, value)
    if settings.is_on and not (settings.url and settings.model):
        raise InvalidInput(
            "llm_incomplete", _("Give the address and the model before you switch it on."), fields={"url": "missing"}
        )
    if key is not None:
        settings.encrypted_key = encrypt_json({"key": key}) if key else ""
    settings.save()
    return settings


def ask(
    messages: Sequence[Mapping[str, str]], *, purpose: str, ticket_id: int | None = None, user_id: int | None = None
) -> str:
    """The model's answer as it came: whoever uses it judges it. Call outside transactions. Raises LLMUnavailable."""
    settings = llm_settings()
    if not is_on(purpose):
        raise LLMUnavailable("llm_off", _("The language model is switched off."))
    if _is_over_limit(settings):
        raise LLMUnavailable("llm_limit", _("The language model has cost enough for today."))
    record = LLMCall(
        at=now(),
        purpose=purpose,
        ticket_id=ticket_id,
        user_id=user_id,
        model=settings.model,
        currency=settings.currency,
    )
    started = monotonic()
    try:
        answer = _read(_post(settings, messages))
    except LLMUnavailable as error:
        record.error = error.code[:40]
        raise
    else:
        record.input_tokens, record.output_tokens = answer.input_tokens, answer.output_tokens
        record.cost = (
            answer.input_tokens * settings.input_price + answer.output_tokens * settings.output_price
        ) / _MILLION
        return answer.text
    finally:
        record.milliseconds = int((monotonic() - started) * 1000)
        record.save()


def _is_over_limit(settings: LLMSettings) -> bool:
    if settings.daily_limit is None:
        return False
    zone = ZoneInfo(read_site_settings().time_zone)
    midnight = datetime.combine(now().astimezone(zone).date(), datetime.min.time(), tzinfo=zone)
    spent = LLMCall.objects.filter(at__gte=midnight).aggregate(spent=Sum("cost"))["spent"] or 0
    return bool(spent >= settings.daily_limit)


def _post(settings: LLMSettings, messages: Sequence[Mapping[str, str]]) -> HttpAnswer:
    body = {
        "model": settings.model,
        "messages": [dict(message) for message in messages],
        "max_tokens": settings.answer_tokens,
        "temperature": 0,
    }
    headers = {"content-type": "application/json", "accept": "application/json"}
    key = decrypt_json(settings.encrypted_key).get("key", "")
    if key:
        headers["authorization"] = f"Bearer {key}"
    try:
        return call(
            "POST",
            f"{settings.url.rstrip('/')}/chat/completions",
            headers=headers,
            content=json.dumps(body).encode(),
            max_bytes=MOST_BYTES,
            total_seconds=float(settings.seconds),
        )
    except HttpError as error:
        raise LLMUnavailable(f"llm_{error.code}", _("The language model could not be reached.")) from error


def _read(answer: HttpAnswer) -> _Answer:
    if answer.status != 200:
        logger.warning("the language model answered with status %s", answer.status)
        raise LLMUnavailable(f"llm_status_{answer.status}", _("The language model refused the question."))
    try:
        data = json.loads(answer.content)
        text = data["choices"][0]["message"]["content"]
        usage = data.get("usage") or {}
        tokens = [max(0, min(int(usage.get(name) or 0), 10**8)) for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise LLMUnavailable("llm_junk", _("The language model answered something that cannot be read.")) from error
    if not isinstance(text, str) or not text.strip():
        raise LLMUnavailable("llm_junk", _("The language model answered something that cannot be read."))
    return _Answer(text=text, input_tokens=tokens[0], output_tokens=tokens[1])
