"""The steps of HELPDESK_INTAKE_STEPS that live here: each may answer for an item or pass it on (None)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels_app.adapters.base import DeliveryUpdate, InboundItem, InboundMessage, MessageChanged
from channels_app.models import Channel, InboundEvent
from channels_app.selectors import own_mail_addresses
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.text import clean_text
from tickets.models import Message
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.delivery_updates import may_speak_of_one_under_way, record_delivery_update, record_watermark
from tickets.services.events import write_event
from tickets.services.filed import Filed
from tickets.services.locking import lock_ticket

MOST_REACTIONS = 20
# Webhooks overtake each other; so often a change waits for its message before it is ignored.
MOST_WAITS = 4


class NotHereYet(HelpdeskError):
    """An event came before the one that it speaks of; it is tried again."""


def merge_reaction(
    reactions: Sequence[Mapping[str, Any]], item: MessageChanged, *, at: datetime
) -> list[dict[str, Any]]:
    """The reactions with one more. Of a named sender only the latest counts, and an empty one takes his away (its row stays)."""
    by = hashlib.sha256(item.sender.address.encode("utf-8", "replace")).hexdigest()[:16] if item.sender else ""
    new = {"text": clean_text(item.text)[:64], "key": item.dedup_key.hex()[:16], "by": by, "at": at.isoformat()}
    known = [dict(one) for one in reactions]
    if any(one.get("key") == new["key"] for one in known):
        return known
    mine = [one for one in known if by and one.get("by") == by]
    if any(datetime.fromisoformat(one["at"]) > at for one in mine):
        return known
    return [*(one for one in known if one not in mine), new][-MOST_REACTIONS:]


def file_delivery_update(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """A status or bounce changes the message it speaks of; one of a message that nobody knows is ignored, and opens no ticket."""
    if not isinstance(item, DeliveryUpdate):
        return None
    passed = record_watermark(channel=channel, item=item)
    message = record_delivery_update(channel=channel, item=item) or (passed[-1] if passed else None)
    may_wait = event is not None and event.source == "webhook" and event.attempts < MOST_WAITS
    if (
        may_wait
        and (message is None or item.until is not None)
        and may_speak_of_one_under_way(channel=channel, item=item)
    ):
        raise NotHereYet("message_not_here_yet", "The message that this reports on is still leaving.")
    if message is None:
        return Filed(outcome="ignored", reason="status_of_unknown_message")
    return Filed(
        outcome="status", ticket_id=message.ticket_id, conversation_id=message.conversation_id, message_id=message.pk
    )


def drop_own_mail(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Mail that one of our own channels sent is a loop, whichever channel it came back to."""
    if not isinstance(item, InboundMessage) or channel.kind != "email":
        return None
    return Filed(outcome="ignored", reason="loop") if item.sender.address in own_mail_addresses() else None


def file_message_change(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """An edit, a deletion or a reaction on a message that is here; the timeline shows what became of it."""
    if not isinstance(item, MessageChanged):
        return None
    found = (
        Message.objects.filter(channel=channel, external_digest=external_digest(item.change_of)).order_by("id").first()
    )
    if found is None:
        if event is not None and event.source == "webhook" and event.attempts < MOST_WAITS:
            raise NotHereYet("message_not_here_yet", "The message that this changes has not come in yet.")
        return Filed(outcome="ignored", reason="change_of_unknown_message")
    ticket = lock_ticket(found.ticket_id)
    message = Message.objects.select_for_update().get(pk=found.pk)
    before = (message.text, message.deleted_at is None, list(message.reactions))
    at = item.sent_at or (event.received_at if event is not None else now())
    if item.change == "edited":
        # The latest edit by the provider's time stands, in whatever order they come.
        if message.edited_at is None or at > message.edited_at:
            message.text = message.reply_text = clean_text(item.text)
            message.edited_at = at
    elif item.change == "deleted":
        message.deleted_at = message.deleted_at or at
    else:
        message.reactions = merge_reaction(message.reactions, item, at=at)
    if before == (message.text, message.deleted_at is None, list(message.reactions)):
        return Filed(
            outcome="duplicate", ticket_id=ticket.pk, conversation_id=message.conversation_id, message_id=message.pk
        )
    message.save(update_fields=["text", "reply_text", "edited_at", "deleted_at", "reactions"])
    data = {"message": message.pk, "change": item.change}
    write_event(ticket=ticket, kind="message.changed", actor=Actor.customer(), data=data)
    return Filed(outcome="changed", ticket_id=ticket.pk, conversation_id=message.conversation_id, message_id=message.pk)
