"""A customer's new address, as a provider tells it (a changed phone number): the conversation goes on under it."""

from channels_app.adapters.base import Address, IdentityChanged, InboundItem
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.text import clean_text, one_line
from tickets.models import Conversation, CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import stored_address, written_address
from tickets.services.customers import find_identity, scope_of
from tickets.services.events import write_event
from tickets.services.filed import Filed
from tickets.services.locking import lock_ticket
from tickets.services.proofs import give_over, is_his


def file_identity_change(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Give the customer his new address and let his conversations on the channel go on there. Runs in the transaction of intake.

    Idempotent. Whose the new address is already, his it stays: then nothing moves, and the ticket tells an agent to compare the two.
    The old address becomes a mere claim, so that whoever gets that number next is a customer of his own.
    """
    if not isinstance(item, IdentityChanged):
        return None
    known = _find(channel, item.old)
    if known is None:
        return Filed(outcome="ignored", reason="change_of_unknown_person")
    # Conversations are locked before tickets, everywhere; identities come behind both.
    conversations = list(
        Conversation.objects.select_for_update().filter(channel=channel, identity=known).order_by("id")
    )
    ticket_ids = sorted({one.active_ticket_id for one in conversations if one.active_ticket_id is not None})
    tickets = [lock_ticket(ticket_id) for ticket_id in ticket_ids]
    old = CustomerIdentity.objects.select_for_update(of=("self",)).select_related("customer").get(pk=known.pk)
    new = _find(channel, item.new)
    if new is not None and new.customer_id == old.customer_id and not conversations:
        return Filed(outcome="duplicate")
    is_taken = new is not None and new.customer_id != old.customer_id and is_his(new)
    if is_taken:
        return _tell(tickets, conversations, old, new, is_taken=True)
    if new is None:
        new = _new_identity(channel, item.new, old)
    elif new.customer_id != old.customer_id:
        give_over(new, to=old.customer, is_vouched=True)
    for conversation in conversations:
        _move(conversation, old, new)
    CustomerIdentity.objects.filter(pk=old.pk).update(is_claimed=True, is_verified=False)
    CustomerIdentity.objects.filter(pk=new.pk).update(is_claimed=False, is_verified=True)
    return _tell(tickets, conversations, old, new, is_taken=False)


def _find(channel: Channel, address: Address) -> CustomerIdentity | None:
    kind = address.kind or adapter_class(channel.kind).identity_kind
    return find_identity(kind=kind, address=stored_address(kind, address, channel), channel_id=scope_of(kind, channel))


def _new_identity(channel: Channel, address: Address, old: CustomerIdentity) -> CustomerIdentity:
    kind = address.kind or adapter_class(channel.kind).identity_kind
    return CustomerIdentity.objects.create(
        customer_id=old.customer_id,
        kind=kind,
        channel_id=scope_of(kind, channel),
        address=stored_address(kind, address, channel),
        address_raw=written_address(address),
        display_name=one_line(clean_text(address.name))[:200] or old.display_name,
        is_verified=True,
    )


def _move(conversation: Conversation, old: CustomerIdentity, new: CustomerIdentity) -> None:
    """The conversation as the new address's own; one that has been written from there already keeps its place."""
    for prefix in ("identity", "private"):
        if conversation.external_thread_id == f"{prefix}:{old.pk}":
            thread_id = f"{prefix}:{new.pk}"
            others = Conversation.objects.filter(channel_id=conversation.channel_id, external_thread_id=thread_id)
            conversation.external_thread_id = f"{prefix}:{old.pk}:{new.pk}" if others.exists() else thread_id
    conversation.identity = new
    conversation.save(update_fields=["identity", "external_thread_id"])


def _tell(
    tickets: list[Ticket],
    conversations: list[Conversation],
    old: CustomerIdentity,
    new: CustomerIdentity | None,
    *,
    is_taken: bool,
) -> Filed:
    changed = False
    for ticket in tickets:
        if is_taken:
            if ticket.notice == "address_taken":
                continue
            ticket.notice = "address_taken"
            ticket.save(update_fields=["notice"])
        data = {"identity": old.pk, "to_identity": new.pk if new is not None else None, "is_taken": is_taken}
        write_event(ticket=ticket, kind="customer.address_changed", actor=Actor.customer(), data=data)
        changed = True
    is_news = changed or not is_taken
    return Filed(
        outcome="changed" if is_news else "duplicate",
        ticket_id=tickets[0].pk if tickets else None,
        conversation_id=conversations[0].pk if conversations else None,
    )
