"""The steps of HELPDESK_INTAKE_STEPS that live here: each may answer for an item or pass it on (None)."""

from channels_app.adapters.base import DeliveryUpdate, InboundItem, InboundMessage, MessageChanged
from channels_app.models import Channel, InboundEvent
from channels_app.selectors import own_mail_addresses
from helpdesk.common.clock import now
from helpdesk.common.text import clean_text
from tickets.models import Message
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.delivery_updates import record_delivery_update, record_watermark
from tickets.services.events import write_event
from tickets.services.filed import Filed
from tickets.services.locking import lock_ticket


def file_delivery_update(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """A status or bounce changes the message it speaks of; one of a message that nobody knows is ignored, and opens no ticket."""
    if not isinstance(item, DeliveryUpdate):
        return None
    passed = record_watermark(channel=channel, item=item)
    message = record_delivery_update(channel=channel, item=item) or (passed[-1] if passed else None)
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
        return Filed(outcome="ignored", reason="change_of_unknown_message")
    ticket = lock_ticket(found.ticket_id)
    message = Message.objects.select_for_update().get(pk=found.pk)
    before = (message.text, message.deleted_at is None, list(message.reactions))
    if item.change == "edited":
        message.text = message.reply_text = clean_text(item.text)
        message.edited_at = now()
    elif item.change == "deleted":
        message.deleted_at = message.deleted_at or now()
    else:
        reaction = {"text": clean_text(item.text), "key": item.dedup_key.hex()[:16]}
        if reaction not in message.reactions:
            message.reactions = [*message.reactions, reaction][-20:]
    if before == (message.text, message.deleted_at is None, list(message.reactions)):
        return Filed(
            outcome="duplicate", ticket_id=ticket.pk, conversation_id=message.conversation_id, message_id=message.pk
        )
    message.save(update_fields=["text", "reply_text", "edited_at", "deleted_at", "reactions"])
    data = {"message": message.pk, "change": item.change}
    write_event(ticket=ticket, kind="message.changed", actor=Actor.customer(), data=data)
    return Filed(outcome="changed", ticket_id=ticket.pk, conversation_id=message.conversation_id, message_id=message.pk)
