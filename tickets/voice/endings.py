"""The end of a call: what higher apps want to know of a caller who has talked to somebody, and his answer."""

import logging
from collections.abc import Sequence

from django.conf import settings
from django.utils.module_loading import import_string

from channels_app.adapters.twilio.twiml import Verb
from tickets.policies.call_endings import CallEnding, CallQuestion
from tickets.voice.line import Line

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 2


def ask_at_end(line: Line) -> Sequence[Verb]:
    """The question of the first of HELPDESK_CALL_ENDINGS that has one, and goodbye for who stays silent; nothing where none has.

    The provider asks what comes next also when the caller has hung up himself: what is answered then is heard by nobody.
    """
    for number, ending in enumerate(_endings()):
        question = _offered(ending, line)
        if question is not None:
            return _put(line, question, number=number, attempt=0, before=[])
    return []


def take_ending(line: Line) -> Sequence[Verb]:
    """Take the keys or words of an answer; what is no answer is asked once more."""
    number, attempt = line.query.number("number") or 0, line.query.number("attempt") or 0
    endings = _endings()
    goodbye = [line.script.say(line.texts.goodbye), line.script.hang_up()]
    if line.call is None or number >= len(endings):
        return goodbye
    digits, speech = line.form.text("Digits", limit=20), line.form.long_text("SpeechResult", limit=4000)
    said = endings[number].take(line.call, digits=digits, speech=speech, language=line.texts.language)
    if said is not None:
        return [line.script.say(said, line.texts.goodbye), line.script.hang_up()]
    question = _offered(endings[number], line) if attempt + 1 < MOST_ATTEMPTS else None
    if question is None:
        return goodbye
    return _put(line, question, number=number, attempt=attempt + 1, before=[line.texts.wrong_key])


def _put(line: Line, question: CallQuestion, *, number: int, attempt: int, before: Sequence[str]) -> Sequence[Verb]:
    action = line.script.url("ending", number=number, attempt=attempt)
    asked = line.script.ask([*before, *question.sentences], action=action, most_digits=question.most_digits)
    return [asked, line.script.say(line.texts.goodbye), line.script.hang_up()]


def _offered(ending: CallEnding, line: Line) -> CallQuestion | None:
    """A fault here costs the question and never the goodbye."""
    if line.call is None:
        return None
    try:
        return ending.offer(line.call, language=line.texts.language)
    except Exception:
        logger.exception("the end of a call could not be asked about")
        return None


def _endings() -> list[CallEnding]:
    return [import_string(path)() for path in settings.HELPDESK_CALL_ENDINGS]
