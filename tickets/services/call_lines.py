"""What the steps of a call share: the rows they change, and the call's line on the timeline."""

from dataclasses import dataclass
from datetime import datetime

from channels_app.adapters.base import CallReceived
from helpdesk.common.errors import ParseError
from helpdesk.common.text import preview
from tickets.models import Call
from tickets.policies.call_summary import CallStory, tell_call
from tickets.services.changes import TicketChange
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.search import index_messages

# A step without the caller's number waits this often for the call it belongs to; then it is filed as of an unknown caller.
PATIENT_ATTEMPTS = 4


class CallNotHereYet(ParseError):
    """A step came before the call it belongs to; its event is tried again a little later."""

    def __init__(self, external_id: str) -> None:
        super().__init__("call_not_here_yet", f"The first step of the call {external_id} is not here yet.")


@dataclass(kw_only=True)
class CallStep:
    """A step with the rows it changes, all locked."""

    item: CallReceived
    call: Call
    change: TicketChange
    at: datetime


def story_of(call: Call) -> CallStory:
    """What is known of the call, for its line on the timeline."""
    waited = (call.answered_at or call.ended_at or call.queued_at or call.started_at) - (
        call.queued_at or call.started_at
    )
    return CallStory(
        number=call.number,
        is_over=call.state == Call.State.ENDED,
        choice=call.choice,
        speech=call.speech,
        is_deflected=call.is_deflected,
        deflected_to=call.deflected_to.name if call.deflected_to is not None else "",
        waited_seconds=round(waited.total_seconds()) if call.queued_at else None,
        talk_seconds=call.talk_seconds,
        hold_seconds=call.hold_seconds,
        agent=call.agent.display_name if call.agent is not None else call.agent_address,
        has_voicemail=bool(call.message.details.get("voicemails")),
    )


def retell(call: Call, change: TicketChange) -> None:
    """Bring the call's line up to date with what is known now."""
    message, text = call.message, tell_call(story_of(call))
    if text == message.text:
        return
    was_preview = change.ticket.preview == preview(message.text, PREVIEW_LENGTH)
    message.text = message.reply_text = text
    message.save(update_fields=["text", "reply_text"])
    index_messages([(message.pk, f"{message.subject}\n{text}")])
    if was_preview:
        change.set(preview=preview(text, PREVIEW_LENGTH))
    change.tell("message.changed", {"message": message.pk, "change": "call"})
