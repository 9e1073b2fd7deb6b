"""Filing the steps of phone calls: the call's line on the timeline, who answered, how long. Runs inside the transaction of intake.

A call is one customer's message on the conversation of his number, so that identity, ticket, follow-up and waiting come about as for
every other message. Its steps then change that one row; each may come twice and in any order.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import Address, CallReceived, InboundMessage, digest
from channels_app.models import Channel, InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.rows import Batch, key_sequence, next_values
from helpdesk.common.text import clean_text
from tickets.models import Call, Ticket, WorkInterval
from tickets.policies.call_flow import choice_of
from tickets.policies.call_summary import CallStory, is_missed, tell_call
from tickets.policies.call_work import Mark, MarkName
from tickets.policies.lifecycle import next_status
from tickets.services.actors import Actor
from tickets.services.assignment import assign
from tickets.services.call_lines import PATIENT_ATTEMPTS, CallNotHereYet, CallStep, retell, story_of
from tickets.services.call_recordings import file_voicemail, keep_recording, keep_transcript
from tickets.services.call_work import add_mark
from tickets.services.changes import TicketChange
from tickets.services.filed import Filed
from tickets.services.files import StoredFile
from tickets.services.lifecycle import move_to
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import file_message

# A spoken choice of more words also says what it is about.
LONGEST_CHOICE_WORDS = 4
_RANKS = {Call.State.RINGING: 0, Call.State.WAITING: 1, Call.State.TALKING: 2, Call.State.ENDED: 3}


def file_call(
    *, channel: Channel, item: CallReceived, event: InboundEvent | None, files: Sequence[StoredFile], batch: Batch
) -> Filed:
    """File one step of a call. The first one opens the call; later ones change it. Raises CallNotHereYet."""
    call = _lock_call(channel, item.external_id)
    if call is None and item.step == "ringing":
        return _open_call(channel, item, event, batch)
    if call is None:
        if event is not None and event.attempts <= PATIENT_ATTEMPTS:
            raise CallNotHereYet(item.external_id)
        # Its first step was lost. What is known opens the call, and the step is filed all the same.
        opening = Batch()
        _open_call(channel, item, event, opening)
        opening.run()
        call = _lock_call(channel, item.external_id)
    if call is None:
        raise CallNotHereYet(item.external_id)
    if item.step == "voicemail":
        return file_voicemail(call, item, event, files, batch)
    change = TicketChange(lock_ticket(call.message.ticket_id), Actor.customer())
    before = _state_of(call)
    step = CallStep(item=item, call=call, change=change, at=item.sent_at or now())
    if item.step == "recorded":
        keep_recording(step, files)
    elif item.step == "transcribed":
        keep_transcript(step, event)
    else:
        _STEPS[item.step](step)
    if _state_of(call) != before:
        call.save()
        retell(call, change)
    change.save()
    return Filed(
        outcome="changed" if _state_of(call) != before else "duplicate",
        ticket_id=change.ticket.pk,
        conversation_id=call.message.conversation_id,
        message_id=call.message_id,
    )


def _lock_call(channel: Channel, external_id: str) -> Call | None:
    known = Call.objects.select_for_update(of=("self",)).select_related(
        "message__conversation", "message__author_identity", "deflected_to", "agent"
    )
    found: Call | None = known.filter(channel=channel, external_id=external_id[:64]).first()
    if found is not None:
        found.channel = channel
    return found


def _open_call(channel: Channel, item: CallReceived, event: InboundEvent | None, batch: Batch) -> Filed:
    """The call and its line on the conversation of the caller's number."""
    at = item.sent_at or now()
    if item.step == "ended":
        at -= timedelta(seconds=_seconds(item, "seconds") or 0)
    story = CallStory(number=item.caller.address, is_over=False)
    sender = item.caller
    if not sender.address:
        # Every caller without a number is somebody else.
        address = f"{item.external_id.lower()}@withheld.invalid"
        sender = Address(address=address, name=_("Withheld number"))
    text = tell_call(story)
    line = InboundMessage(
        dedup_key=digest("call-line", item.external_id),
        external_id=item.external_id,
        sent_at=at,
        sender=sender if sender.name else replace(sender, name=sender.address),
        subject=text,
        text=text,
        details={"call": {"id": item.external_id, "called": item.called}},
    )
    filed = file_message(channel=channel, item=line, event=event, files=(), batch=batch)
    if filed.message_id is None:
        return filed
    call = Call(
        pk=next_values(key_sequence(Call))[0],
        channel=channel,
        external_id=item.external_id[:64],
        message_id=filed.message_id,
        number=item.caller.address[:40],
        called=item.called[:80],
        started_at=at,
    )
    batch.insert([call])
    return filed


def _menu(step: CallStep) -> None:
    call, details = step.call, step.item.details
    call.heard_menu_at = call.heard_menu_at or step.at
    speech = clean_text(str(details.get("speech", ""))).strip()[:4000]
    choice = choice_of(digits=str(details.get("digits", "")), speech=speech)
    if choice is not None:
        call.choice = choice
    is_more_than_choice = choice is None or len(speech.split()) > LONGEST_CHOICE_WORDS
    if speech and is_more_than_choice and speech not in call.speech:
        call.speech = f"{call.speech}\n{speech}".strip()[:8000]


def _queued(step: CallStep) -> None:
    call, position = step.call, step.item.details.get("position")
    call.queued_at = min(filter(None, (call.queued_at, step.at)))
    if isinstance(position, int):
        call.queue_position = position
    _advance(call, Call.State.WAITING)


def _answered(step: CallStep) -> None:
    """An agent has taken the call: the customer waits no more, and the ticket is his where it was nobody's."""
    was_answered = step.call.answered_at is not None
    _mark(step, "answered", agent=str(step.item.details.get("agent", ""))[:120])
    _advance(step.call, Call.State.TALKING)
    if not was_answered:
        _meet_clocks(step)


def _mark(step: CallStep, name: MarkName, *, agent: str = "", talk_seconds: int | None = None) -> None:
    mark = Mark(name=name, at=step.at, agent=agent, talk_seconds=talk_seconds)
    add_mark(step.call, mark, ticket=step.change.ticket)


def _meet_clocks(step: CallStep) -> None:
    call, ticket = step.call, step.change.ticket
    actor = Actor.agent(call.agent) if call.agent is not None else Actor(kind="agent")
    told = TicketChange(ticket, actor)
    data = {"message": call.message_id, "contact": call.message.contact_number}
    told.tell("call.answered", data, at=call.answered_at)
    if ticket.first_response_at is None and not ticket.opened_by_agent:
        told.set(first_response_at=call.answered_at)
    told.set(waiting_since=None, unread_count=0)
    if ticket.status != Ticket.Status.CLOSED:
        move_to(told, next_status(ticket.status, "agent_reply") or ticket.status)
        if call.agent is not None and ticket.assignee_id is None:
            assign(told, assignee_id=call.agent.pk)
    told.save()


def _held(step: CallStep) -> None:
    _mark(step, "held")


def _resumed(step: CallStep) -> None:
    _mark(step, "resumed")


def _ended(step: CallStep) -> None:
    """The agent's leg is over (``is_leg``), or the whole call is."""
    call = step.call
    if step.item.details.get("is_leg"):
        was_answered = call.answered_at is not None
        _mark(step, "leg_ended", talk_seconds=_seconds(step.item, "talk_seconds"))
        _advance(call, Call.State.WAITING)
        if call.answered_at is not None and not was_answered:
            # Nobody told us that the agent had accepted; the length of his leg says it.
            _meet_clocks(step)
        return
    _mark(step, "ended")
    if call.ended_at is not None and call.ended_at >= step.at:
        return
    is_first = call.ended_at is None
    call.ended_at = step.at
    _advance(call, Call.State.ENDED)
    if is_first:
        data = {
            "message": call.message_id,
            "talk_seconds": call.talk_seconds,
            "hold_seconds": call.hold_seconds,
            "is_missed": is_missed(story_of(call)),
        }
        step.change.tell("call.ended", data, at=step.at)


def _failed(step: CallStep) -> None:
    """Nobody took the call this time; what comes next, the flow decides."""


_STEPS = {
    "ringing": _failed,
    "menu": _menu,
    "queued": _queued,
    "answered": _answered,
    "held": _held,
    "resumed": _resumed,
    "ended": _ended,
    "failed": _failed,
}


def _advance(call: Call, state: Call.State) -> None:
    """States only move forward; a call that was talked on may wait again, one that has ended stays so."""
    is_back_in_queue = call.state == Call.State.TALKING and state == Call.State.WAITING
    if is_back_in_queue or _RANKS[Call.State(call.state)] < _RANKS[state]:
        call.state = state


def _seconds(item: CallReceived, name: str) -> int | None:
    value = item.details.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _state_of(call: Call) -> tuple[Any, ...]:
    """Everything about a call that a step may change, to see whether it did."""
    skipped = {"id", "channel_id", "external_id", "message_id", "number", "called", "started_at"}
    return tuple(
        getattr(call, field.attname) for field in Call._meta.concrete_fields if field.attname not in skipped
    ) + tuple(WorkInterval.objects.filter(call=call).order_by("id").values_list("id", "ended_at"))
