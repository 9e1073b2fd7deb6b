"""Filing what a customer said in answer to a question of the system: kept, and nobody has to answer it."""

from collections.abc import Mapping
from typing import Any

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel, InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.rows import Batch
from tickets.models import Message
from tickets.models.message import UNSHOWN
from tickets.policies import ordering
from tickets.services.actors import Actor
from tickets.services.conversations import Thread
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import CONVERSATION_COLUMNS, new_inbound_message, touch_conversation
from tickets.services.search import add_to_index

# Keeps a message out of everything that waits for an answer, now and when a ticket is counted anew.
QUIET_FLAG = "vote"
SHOWN = "survey_answer"


def file_quietly(
    *,
    channel: Channel,
    item: InboundMessage,
    event: InboundEvent | None,
    thread: Thread,
    ticket_id: int,
    is_shown: bool,
    kind: str,
    data: Mapping[str, Any],
) -> Message:
    """Keep a message of the customer without touching the ticket: no status, clock, contact, unread mark or last message moves.

    Call inside the transaction of the intake that holds ``thread``; its conversation knows that the customer wrote, which opens the
    provider's window. Unless ``is_shown`` the timeline has no bubble of it. An event of ``kind`` with ``data`` and the message is
    written. Raises IntegrityError ("message_received_once") for a message that is here already.
    """
    ticket = lock_ticket(ticket_id)
    received_at = event.received_at if event is not None else now()
    sort_at = ordering.sort_at(provider_at=item.sent_at, received_at=received_at, trusts_provider=True)
    message = new_inbound_message(channel, thread, ticket, item, event, received_at, sort_at)
    message.purpose = SHOWN if is_shown else UNSHOWN
    message.flags = [*message.flags, QUIET_FLAG]
    message.save(force_insert=True)
    active = thread.conversation.active_ticket_id
    touch_conversation(thread.conversation, ticket, message)
    thread.conversation.active_ticket_id = active or thread.conversation.active_ticket_id
    batch = Batch()
    batch.update(thread.conversation, CONVERSATION_COLUMNS)
    if is_shown:
        add_to_index(batch, [(message.pk, message.text)])
    batch.run()
    write_event(ticket=ticket, kind=kind, actor=Actor.customer(), data={**data, "message": message.pk})
    return message
