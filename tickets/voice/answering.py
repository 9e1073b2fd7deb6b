"""The answer to each step of a call, in the request that tells it. The step is stored by then; a repeated one gets the same answer.

Thin glue: the step is filed by the ordinary intake, ``policies.call_flow`` decides, ``adapters.voice.script`` writes TwiML.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from channels_app.adapters.base import CallReceived, ParseError, RawEvent
from channels_app.adapters.twilio import twiml
from channels_app.adapters.twilio.fields import form_of, query_of
from channels_app.adapters.twilio.twiml import Verb
from channels_app.models import Channel
from channels_app.registry import adapter_for
from channels_app.services.storing import find_stored_event
from helpdesk.common.errors import HelpdeskError
from tickets.policies import call_flow
from tickets.policies.call_flow import Step
from tickets.services.actors import Actor
from tickets.services.call_deflection import try_to_deflect
from tickets.services.callbacks import request_callback
from tickets.services.intake import receive
from tickets.voice.endings import ask_at_end, take_ending
from tickets.voice.line import Line

logger = logging.getLogger(__name__)

Answer = Sequence[Verb]


def answer_call(channel: Channel, event: RawEvent) -> tuple[str, bytes]:
    """TwiML for one request. Whatever goes wrong here, the caller hears an apology and not the provider's error message."""
    try:
        items = adapter_for(channel).parse(event)
        form, query = form_of(event), query_of(event)
    except ParseError:
        return twiml.CONTENT_TYPE, twiml.document()
    steps = [item for item in items if isinstance(item, CallReceived)]
    _file(channel, steps, event)
    line = Line(channel=channel, item=steps[-1] if steps else None, query=query, form=form)
    try:
        verbs = _answer(line)
    except Exception:
        logger.exception("a step of a call could not be answered")
        verbs = [line.script.say(line.texts.fault), line.script.hang_up()]
    return twiml.CONTENT_TYPE, twiml.document(verbs)


def _file(channel: Channel, steps: Sequence[CallReceived], event: RawEvent) -> None:
    """File the steps now, so that the answer knows of them. What fails here, the worker tries again: the event is stored.

    Recordings are left to it altogether: nobody waits for them, and fetching them takes time.
    """
    stored = find_stored_event(channel=channel, event=event) if steps else None
    for step in steps:
        if step.attachments or step.step == "transcribed":
            continue
        try:
            receive(channel=channel, item=step, event=stored)
        except ParseError:
            logger.info("a step of a call came before the call")
        except Exception:
            logger.exception("a step of a call could not be filed")


def _answer(line: Line) -> Answer:
    named = line.query.text("step", limit=20)
    if named:
        answer = _ANSWERS.get(named)
        return answer(line) if answer is not None else []
    is_ringing = line.item is not None and line.item.step == "ringing"
    return _menu(line, attempt=0, before=[]) if is_ringing else []


# The caller's side ---------------------------------------------------------------------------------------------------


def _menu(line: Line, *, attempt: int, before: Sequence[str]) -> Answer:
    line.note_menu()
    texts, situation = line.texts, line.situation
    sentences = list(before)
    if attempt == 0 and not before:
        own = str(line.channel.config.get("greeting") or "")
        sentences.append(own or texts.greeting.format(brand=line.brand))
        if not situation.is_open:
            opening = line.opening()
            closed = texts.closed.format(time=line.spoken_time(opening)) if opening else texts.closed_for_good
            sentences.append(closed)
    if attempt == 0:
        sentences.append(texts.ask)
    sentences += _options(line, call_flow.offered(situation))
    parameters = {"nodeflect": 1} if line.query.number("nodeflect") else {}
    return [line.script.menu(sentences, action=line.script.url("menu", attempt=attempt, **parameters))]


def _options(line: Line, offered: Sequence[str]) -> list[str]:
    return [line.texts.options[choice].format(channel=line.target_name()) for choice in offered]


def _after_menu(line: Line) -> Answer:
    digits, speech = line.form.text("Digits", limit=20), line.form.long_text("SpeechResult", limit=4000)
    attempt = line.query.number("attempt") or 0
    choice = call_flow.choice_of(digits=digits, speech=speech)
    step = call_flow.after_menu(line.situation, choice=choice, attempt=attempt)
    if step is not Step.MENU:
        return _go(line, step)
    heard = line.texts.wrong_key if digits else line.texts.noted if speech.strip() else line.texts.no_key
    return _menu(line, attempt=attempt + 1, before=[heard])


def _go(line: Line, step: Step) -> Answer:
    return _STEPS[step](line)


def _deflect(line: Line) -> Answer:
    texts, script, call = line.texts, line.script, line.call
    refusal = try_to_deflect(call_id=call.pk, language=texts.language) if call is not None else "call_unknown"
    if not refusal:
        return [script.say(texts.deflected.format(channel=line.target_name())), script.hang_up()]
    logger.warning("a caller could not go on in writing: %s", refusal)
    again = script.url("again", nodeflect=1)
    return [script.say(texts.not_deflected), script.redirect(again)]


def _ring(line: Line) -> Answer:
    script, texts = line.script, line.texts
    said = [texts.ringing] if line.situation.round == 0 else []
    if line.channel.config.get("records_calls") and line.situation.round == 0:
        said.append(texts.recorded_notice)
    dial = script.ring(action=script.url("dial", round=line.situation.round))
    return [*([script.say(*said)] if said else []), dial]


def _after_ringing(line: Line) -> Answer:
    was_answered = line.form.text("DialCallStatus", limit=40) in ("completed", "answered")
    asked = ask_at_end(line) if was_answered else []
    return asked or _go(line, call_flow.after_ringing(line.situation, was_answered=was_answered))


def _queue(line: Line) -> Answer:
    script = line.script
    name = f"helpdesk-{line.channel.uuid}"
    return [script.enqueue(name, action=script.url("queue", round=line.situation.round + 1))]


def _waiting(line: Line) -> Answer:
    waited = line.form.number("QueueTime") or 0
    return _go(line, call_flow.while_waiting(line.situation, waited_seconds=waited))


def _hold(line: Line) -> Answer:
    texts, position = line.texts, line.situation.position
    is_next = position is None or position <= 1
    said = [texts.waiting_next if is_next else texts.waiting.format(position=position), texts.offer_to_leave]
    said += _options(line, call_flow.offered(line.situation, is_waiting=True))
    action = line.script.url("wait-key")
    return [line.script.wait(said, action=action, seconds=call_flow.HOLD_SECONDS)]


def _after_waiting_key(line: Line) -> Answer:
    choice = call_flow.choice_of(digits=line.form.text("Digits", limit=20), speech="")
    if call_flow.after_waiting_key(line.situation, choice=choice) is Step.LEAVE_QUEUE:
        return _leave(line)
    return [line.script.redirect(line.script.url("wait"))]


def _leave(line: Line) -> Answer:
    return [line.script.leave()]


def _after_queue(line: Line) -> Answer:
    choice = line.call.choice if line.call is not None else None
    result = line.form.text("QueueResult", limit=40)
    return _go(line, call_flow.after_queue(line.situation, result=result, choice=choice))


def _voicemail(line: Line) -> Answer:
    texts, script = line.texts, line.script
    is_given_up = line.query.text("step") in ("dial", "queue") and line.situation.round > 0
    said = [texts.nobody_free] if is_given_up else []
    nothing_heard = [script.say(texts.nothing_heard), script.hang_up()]
    return [script.say(*said, texts.voicemail), script.record(), *nothing_heard]


def _call_back(line: Line) -> Answer:
    call = line.call
    if call is None:
        return _voicemail(line)
    try:
        callback = request_callback(
            ticket_id=call.message.ticket_id,
            actor=Actor.customer(),
            due_at=line.callback_due(),
            phone=call.number,
            call=call,
        )
    except HelpdeskError as error:
        logger.warning("a caller could not be noted for a call back: %s", error.code)
        return _voicemail(line)
    due = line.spoken_time(callback.due_at)
    return [line.script.say(line.texts.call_back.format(time=due)), line.script.hang_up()]


def _goodbye(line: Line) -> Answer:
    return [line.script.say(line.texts.goodbye), line.script.hang_up()]


def _thank(line: Line) -> Answer:
    return [line.script.say(line.texts.thanks_voicemail), line.script.hang_up()]


def _again(line: Line) -> Answer:
    """The menu once more, without what has just failed. Twilio asks with all the call's fields, so the caller is known."""
    return _menu(line, attempt=1, before=[])


def _nothing(line: Line) -> Answer:
    return []


# The agent's side ----------------------------------------------------------------------------------------------------


def _whisper(line: Line) -> Answer:
    return line.script.accept([line.texts.whisper.format(brand=line.brand), line.texts.accept])


def _accept(line: Line) -> Answer:
    """An empty answer connects the two; without a key the agent's telephone is hung up."""
    is_accepted = line.item is not None and line.item.step == "answered"
    return [] if is_accepted else [line.script.hang_up()]


_STEPS: Mapping[Step, Callable[[Line], Answer]] = {
    Step.DEFLECT: _deflect,
    Step.RING: _ring,
    Step.QUEUE: _queue,
    Step.HOLD: _hold,
    Step.LEAVE_QUEUE: _leave,
    Step.VOICEMAIL: _voicemail,
    Step.CALL_BACK: _call_back,
    Step.GOODBYE: _goodbye,
    Step.NOTHING: _nothing,
    Step.MENU: _again,
}
_ANSWERS: Mapping[str, Callable[[Line], Answer]] = {
    "menu": _after_menu,
    "again": _again,
    "dial": _after_ringing,
    "wait": _waiting,
    "wait-key": _after_waiting_key,
    "queue": _after_queue,
    "ending": take_ending,
    "recorded": _thank,
    "whisper": _whisper,
    "accept": _accept,
}
