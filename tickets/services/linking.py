"""Several conversations on one ticket: the customer goes on elsewhere, the case stays one."""

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tickets.models import Conversation, CustomerIdentity, Ticket, TicketEvent
from tickets.models.visibility import may_see_ticket
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.conversations import open_thread
from tickets.services.customers import in_scope, scope_of
from tickets.services.locking import lock_ticket
from tickets.services.moving import refuse_closed
from tickets.services.system_messages import is_writable


@transaction.atomic
def link_conversation(*, ticket_id: int, conversation_id: int, actor: Actor) -> Conversation:
    """What the customer writes there from now on lands on this ticket; what was said stays where it was said.

    Raises NotVisible, InvalidInput "other_customer", Conflict ("ticket_closed", "linked_already", "hidden_case").
    """
    conversation = _lock_conversation(conversation_id)
    return _link(ticket_id, conversation, actor)


@transaction.atomic
def unlink_conversation(*, ticket_id: int, conversation_id: int, actor: Actor) -> Conversation:
    """Undo a link: the conversation goes back to the ticket it came from, where that is still open, and to none otherwise.

    Raises NotVisible, Conflict "not_linked" for a conversation that nobody has linked to this ticket.
    """
    conversation = _lock_conversation(conversation_id)
    linked = TicketEvent.objects.filter(
        ticket_id=ticket_id, kind="conversation.linked", data__conversation=conversation_id
    )
    event = linked.order_by("-sequence").first()
    if event is None or conversation.active_ticket_id != ticket_id:
        raise Conflict("not_linked", _("This conversation was not linked to this ticket."))
    other_id = event.data.get("other")
    locked = {pk: lock_ticket(pk) for pk in sorted({ticket_id, other_id or ticket_id})}
    other = locked[other_id] if other_id else None
    if other is not None and other.status == Ticket.Status.CLOSED:
        other = None
    conversation.active_ticket = other
    conversation.save(update_fields=["active_ticket"])
    _tell(locked[ticket_id], "conversation.unlinked", conversation, other, actor)
    if other is not None:
        _tell(other, "conversation.linked", conversation, locked[ticket_id], actor)
    return conversation


@transaction.atomic
def start_conversation(
    *, ticket_id: int, channel_id: int, actor: Actor, address: str = "", redirected_from_id: int | None = None
) -> Conversation:
    """A private conversation with the ticket's customer on another channel, linked to the ticket; nothing is sent yet.

    ``address`` chooses among his addresses there. An existing conversation of a messenger is taken up. ``unlink_conversation`` undoes
    it. Raises NotVisible, InvalidInput "no_address", Conflict ("ticket_closed", "hidden_case"), and Unprocessable from the answer that
    follows.
    """
    channel = Channel.objects.select_related("brand").filter(pk=channel_id, is_active=True).first()
    if channel is None or Can.SEND not in adapter_class(channel.kind).can:
        raise NotVisible("channel_not_found", _("There is no such active channel."))
    customer_id = Ticket.objects.filter(pk=ticket_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotVisible("ticket_not_found", _("There is no such ticket."))
    identity = reachable_identity(channel, customer_id=customer_id, address=address)
    if identity is None:
        text = _("This customer has no address on that channel.")
        raise InvalidInput("no_address", text, fields={"channel": "no address"})
    conversation = open_thread(channel, identity)
    if redirected_from_id is not None and conversation.redirected_from_id is None:
        conversation.redirected_from_id = redirected_from_id
        conversation.save(update_fields=["redirected_from"])
    if conversation.active_ticket_id == ticket_id:
        return conversation
    return _link(ticket_id, conversation, actor)


def reachable_identity(channel: Channel, *, customer_id: int, address: str = "") -> CustomerIdentity | None:
    """The address of the customer that this channel can write to, a verified one first; None where he has none."""
    adapter = adapter_class(channel.kind)
    identities = CustomerIdentity.objects.select_related("customer").filter(
        in_scope(scope_of(adapter.identity_kind, channel)),
        customer_id=customer_id,
        kind=adapter.identity_kind,
        unreachable_since=None,
    )
    if address:
        identities = identities.filter(address=adapter.normalise_address(address))
    found = identities.order_by("-is_verified", "-pk")
    return next((identity for identity in found if is_writable(identity.address)), None)


def channels_to_go_on(*, customer_id: int) -> list[tuple[int, str]]:
    """(id, name) of the private channels on which we have an address of the customer."""
    found = []
    for channel in Channel.objects.filter(is_active=True, is_public=False).order_by("position", "name"):
        if Can.SEND in adapter_class(channel.kind).can:
            identity = reachable_identity(channel, customer_id=customer_id)
            if identity is not None:
                found.append((channel.pk, f"{channel.name} · {identity}"))
    return found


def _link(ticket_id: int, conversation: Conversation, actor: Actor) -> Conversation:
    before = conversation.active_ticket_id
    if before == ticket_id:
        raise Conflict("linked_already", _("This conversation belongs to this ticket already."))
    locked = {pk: lock_ticket(pk) for pk in sorted({ticket_id, before or ticket_id})}
    ticket = locked[ticket_id]
    refuse_closed(ticket)
    if conversation.customer_id != ticket.customer_id:
        text = _("This is a conversation with another customer.")
        raise InvalidInput("other_customer", text, fields={"conversation": "other customer"})
    if before:
        _refuse_hidden(locked[before], actor)
    conversation.active_ticket = ticket
    conversation.save(update_fields=["active_ticket"])
    _tell(ticket, "conversation.linked", conversation, locked[before] if before else None, actor)
    if before:
        _tell(locked[before], "conversation.unlinked", conversation, ticket, actor)
    return conversation


def _refuse_hidden(ticket: Ticket, actor: Actor) -> None:
    """What the customer answers to a team that an agent may not look into stays with that team.

    A machine looks into no private team's ticket: whoever calls can show another's number.
    """
    agent = User.objects.filter(pk=actor.user_id).first() if actor.kind == "agent" else None
    is_hidden = (
        ticket.team is not None and ticket.team.is_private if agent is None else not may_see_ticket(agent, ticket)
    )
    if is_hidden:
        text = _("The customer is talking with another team there. Write to him on another channel.")
        raise Conflict("hidden_case", text)


def _tell(ticket: Ticket, kind: str, conversation: Conversation, other: Ticket | None, actor: Actor) -> None:
    change = TicketChange(ticket, actor)
    change.tell(kind, {"conversation": conversation.pk, "other": other.pk if other else None})
    # Policies may ask whether everybody reads along.
    change.moves_clocks = True
    change.save()


def _lock_conversation(conversation_id: int) -> Conversation:
    conversation = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if conversation is None:
        raise NotVisible("conversation_not_found", _("There is no such conversation."))
    found: Conversation = conversation
    return found
