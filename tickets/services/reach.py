"""Who may no longer be written to, and who may be again, as providers and the customers themselves say."""

from django.db.models import Q

from channels_app.adapters.base import InboundItem, ReachChanged
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.text import clean_text, one_line
from tickets.models import Conversation, CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import stored_address
from tickets.services.customers import in_scope, scope_of
from tickets.services.events import write_event
from tickets.services.filed import Filed
from tickets.services.locking import lock_ticket


def file_reach_change(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Keep on the identity whether it may be written to, and say so on its open ticket. Runs in the transaction of intake.

    Idempotent, and the latest word by the provider's time wins: one that overtook another is not undone by it. Of a person who has
    never written nothing is kept.
    """
    if not isinstance(item, ReachChanged):
        return None
    kind = item.sender.kind or adapter_class(channel.kind).identity_kind
    address = Q(kind=kind, address=stored_address(kind, item.sender, channel))
    known = (
        CustomerIdentity.objects.filter(address & in_scope(scope_of(kind, channel)))
        .values_list("pk", flat=True)
        .first()
    )
    if known is None:
        return Filed(outcome="ignored", reason="reach_of_unknown_person")
    # Conversations are locked before tickets, everywhere; the identity comes behind both, and not against whoever only refers to it:
    # filing a message holds that before it takes the conversation.
    conversation, ticket = _lock_case(channel, known)
    identity = CustomerIdentity.objects.select_for_update(no_key=True).get(pk=known)
    said_at = item.sent_at or (event.received_at if event is not None else now())
    if identity.reach_changed_at is not None and said_at < identity.reach_changed_at:
        return Filed(outcome="ignored", reason="older_than_known")
    was_reachable = identity.unreachable_since is None
    identity.reach_changed_at = said_at
    if was_reachable != item.is_reachable:
        identity.unreachable_since = None if item.is_reachable else said_at
        identity.unreachable_reason = "" if item.is_reachable else one_line(clean_text(item.reason))[:40]
    identity.save(update_fields=["reach_changed_at", "unreachable_since", "unreachable_reason"])
    if was_reachable == item.is_reachable:
        return _filed("duplicate", conversation, ticket)
    if ticket is not None:
        data = {"identity": identity.pk, "is_reachable": item.is_reachable, "reason": identity.unreachable_reason}
        write_event(ticket=ticket, kind="customer.reach_changed", actor=Actor.customer(), data=data)
    return _filed("changed", conversation, ticket)


def _lock_case(channel: Channel, identity_id: int) -> tuple[Conversation | None, Ticket | None]:
    """The identity's latest conversation on the channel and the ticket that is open there, both locked."""
    found = Conversation.objects.filter(channel=channel, identity=identity_id).order_by("-last_message_at", "-id")
    conversation = found.select_for_update(of=("self",)).first()
    if conversation is None or conversation.active_ticket_id is None:
        return conversation, None
    return conversation, lock_ticket(conversation.active_ticket_id)


def _filed(outcome: str, conversation: Conversation | None, ticket: Ticket | None) -> Filed:
    return Filed(
        outcome=outcome,
        ticket_id=ticket.pk if ticket is not None else None,
        conversation_id=conversation.pk if conversation is not None else None,
    )
