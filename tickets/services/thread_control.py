"""Another application at the provider (a bot) has handed a person over to us: from now on he waits for an answer of ours."""

from channels_app.adapters.base import HandedOver, InboundItem
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from tickets.models import Conversation, Message, Ticket
from tickets.policies.lifecycle import next_status
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.customers import find_identity, scope_of
from tickets.services.filed import Filed
from tickets.services.locking import lock_ticket


def file_hand_over(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Let the clock of the person's open case run, as if he had written now; runs in the transaction of intake.

    Nothing happens where nobody has written since our last answer, or where the clock runs already: a hand-over alone is no question.
    """
    if not isinstance(item, HandedOver):
        return None
    conversation = _find_conversation(channel, item)
    if conversation is None or conversation.active_ticket_id is None:
        return Filed(outcome="ignored", reason="handed_over_without_case")
    change = TicketChange(lock_ticket(conversation.active_ticket_id), Actor.customer())
    filed = Filed(outcome="changed", ticket_id=change.ticket.pk, conversation_id=conversation.pk)
    if change.ticket.waiting_since is not None or not _has_question(conversation):
        return Filed(outcome="duplicate", ticket_id=change.ticket.pk, conversation_id=conversation.pk)
    received_at = event.received_at if event is not None else now()
    _start_waiting(change)
    since = min(item.sent_at or received_at, received_at)
    change.set(waiting_since=since, snoozed_until=None)
    change.tell("ticket.handed_over", {"conversation": conversation.pk, "waiting_since": since.isoformat()})
    change.save()
    return filed


def _find_conversation(channel: Channel, item: HandedOver) -> Conversation | None:
    """The person's private conversation, locked."""
    kind = item.sender.kind or adapter_class(channel.kind).identity_kind
    identity = find_identity(kind=kind, address=item.sender.address[:320], channel_id=scope_of(kind, channel))
    if identity is None:
        return None
    found = Conversation.objects.select_for_update(of=("self",)).filter(channel=channel, identity=identity)
    return found.filter(visibility=Conversation.Visibility.PRIVATE).order_by("-last_message_at", "-id").first()


def _has_question(conversation: Conversation) -> bool:
    """Whether the person has written since anybody of ours did; what another application said answers nothing here."""
    messages = Message.objects.filter(conversation=conversation).exclude(author=Message.Author.SYSTEM)
    latest = messages.order_by("-sort_at", "-id").values_list("direction", flat=True).first()
    return latest == Message.Direction.IN


def _start_waiting(change: TicketChange) -> None:
    before = change.ticket.status
    after = next_status(before, "customer_message")
    if after is None or after == before:
        return
    if before == Ticket.Status.RESOLVED:
        change.set(reopen_count=change.ticket.reopen_count + 1, closes_at=None)
        change.tell("ticket.reopened", {"by_message": True})
    else:
        change.tell("ticket.status_changed", {"from": before, "to": after})
    change.set(status=after)
