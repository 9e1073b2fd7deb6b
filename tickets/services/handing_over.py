"""The note with which one colleague hands a case to the next."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, Unprocessable
from helpdesk.common.text import clean_text
from tickets.models import Message
from tickets.policies.hand_over import LONGEST_PART, HandOver
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.search import index_messages

PURPOSE = "hand_over"
PARTS = ("asked", "done", "promised", "missing")


@transaction.atomic
def hand_over_ticket(*, ticket_id: int, actor: Actor, hand_over: HandOver) -> Message:
    """Keep the note on the ticket, as a card of its own. Raises NotVisible, and what ``write_hand_over`` raises."""
    change = TicketChange(lock_ticket(ticket_id), actor)
    message = write_hand_over(change, hand_over)
    change.save()
    return message


def write_hand_over(change: TicketChange, hand_over: HandOver) -> Message:
    """The note as a part of a larger verb. Raises Unprocessable for an empty one, InvalidInput for a part that is too long."""
    clean = replace(hand_over, **{part: clean_text(getattr(hand_over, part)).strip() for part in PARTS})
    if clean.is_empty:
        raise Unprocessable("empty_note", _("Write something first."), fields={"hand_over": "empty"})
    for part in PARTS:
        if len(getattr(clean, part)) > LONGEST_PART:
            text = _("At most %(count)d characters.") % {"count": LONGEST_PART}
            raise InvalidInput("text_too_long", text, fields={f"hand_over.{part}": text})
    ticket, actor, moment = change.ticket, change.actor, now()
    said = _in_words(clean)
    message = Message.objects.create(
        ticket=ticket,
        direction=Message.Direction.OUT,
        kind=Message.Kind.NOTE,
        purpose=PURPOSE,
        author=Message.Author.AGENT if actor.kind == "agent" else Message.Author.SYSTEM,
        author_agent_id=actor.user_id,
        contact_number=ticket.contact_number,
        text=said,
        reply_text=said,
        details={PURPOSE: {part: getattr(clean, part) for part in PARTS}},
        received_at=moment,
        sort_at=moment,
    )
    index_messages([(message.pk, said)])
    change.tell("ticket.noted", {"message": message.pk})
    return message


def _in_words(hand_over: HandOver) -> str:
    """The note as text, for whoever reads it elsewhere: search, API, export."""
    labels = {"asked": _("Asked"), "done": _("Done"), "promised": _("Promised"), "missing": _("Missing")}
    said = [(labels[part], getattr(hand_over, part)) for part in PARTS]
    return "\n\n".join(f"{label}: {text}" for label, text in said if text)
