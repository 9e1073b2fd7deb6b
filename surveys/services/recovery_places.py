"""Where the customer of a case is told something: in private, where he will read it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.errors import InvalidInput, Unprocessable
from surveys.models import RecoveryCase
from surveys.selectors.merges import follow_merges
from tickets.models import Conversation, CustomerIdentity, Message, Ticket


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a customer is written to: a conversation of an open ticket, else a new ticket on a channel."""

    ticket_id: int | None = None
    conversation_id: int | None = None
    channel_id: int | None = None


def place_for(case: RecoveryCase) -> Place:
    """Where the customer of a case is told something: where he was told last, else on the ticket of the case.

    On a closed ticket (or none) that is a follow-up. Raises Unprocessable "customer_erased", "customer_blocked", "no_private_way" (what
    he wrote is public, and he has not come to us in private yet) and "no_way" (he left no address that we could write to).
    """
    customer = case.customer
    if customer.anonymized_at is not None:
        raise Unprocessable("customer_erased", _("This customer was erased; nobody can write to him any more."))
    if customer.is_blocked:
        raise Unprocessable("customer_blocked", _("This customer is blocked."))
    ticket = current_ticket(case)
    if ticket is not None and ticket.status != Ticket.Status.CLOSED:
        conversation = _private_conversation(ticket)
        if conversation is not None:
            return Place(ticket_id=ticket.pk, conversation_id=conversation)
        raise Unprocessable(
            "no_private_way",
            _("Everybody would read this. Answer in public first and ask him to go on in private; tell him then."),
        )
    return Place(channel_id=_channel_of(case, ticket))


def current_ticket(case: RecoveryCase) -> Ticket | None:
    """The ticket on which the customer was written to last, else that of the case; followed through merges and to its newest follow-up."""
    told = Message.objects.filter(pk__in=case.steps.filter(message__isnull=False).values("message"))
    told |= Message.objects.filter(pk__in=case.notices.filter(message__isnull=False).values("message"))
    newest = told.order_by("-pk").values_list("ticket_id", flat=True).first()
    begun_on = newest or case.ticket_id or 0
    ticket = follow_merges(Ticket, [begun_on]).get(begun_on)
    while ticket is not None and ticket.status == Ticket.Status.CLOSED:
        later = Ticket.objects.filter(
            follow_up_of=ticket.pk, customer=ticket.customer_id, merged_into=None, is_spam=False
        )
        going_on = later.order_by("-pk").first()
        if going_on is None:
            break
        ticket = going_on
    return ticket


def asking_ticket(case: RecoveryCase) -> int | None:
    """The ticket on which the customer is asked something; None where that is done by a mail of its own.

    A question goes to the conversation in which somebody wrote last. Where everybody would read it there, or the ticket went into that
    of another customer, it goes to the customer himself.
    """
    ticket = current_ticket(case)
    customers = (case.customer_id, case.customer.merged_into_id)
    if ticket is None or ticket.is_spam or ticket.customer_id not in customers:
        return None
    written = Message.objects.filter(ticket=ticket, kind=Message.Kind.MESSAGE, purpose="", conversation__isnull=False)
    newest = written.order_by("-sort_at", "-pk").values_list("conversation__visibility", flat=True).first()
    return None if newest == Conversation.Visibility.PUBLIC else int(ticket.pk)


def _private_conversation(ticket: Ticket) -> int | None:
    """The private conversation of a ticket in which the customer wrote last; one that only we wrote in counts after that."""
    private = Conversation.Visibility.PRIVATE
    through = Message.objects.filter(ticket=ticket, conversation__visibility=private)
    newest = through.order_by("direction", "-pk").values_list("conversation_id", flat=True).first()
    if newest is not None:
        return int(newest)
    linked = Conversation.objects.filter(active_ticket=ticket, visibility=private).order_by("-pk")
    found: int | None = linked.values_list("pk", flat=True).first()
    return found


def _channel_of(case: RecoveryCase, ticket: Ticket | None) -> int:
    """The channel of a follow-up: that of the ticket, else one on which the customer has an address."""
    sending = [one for one in _channels_for(case) if _can_begin(one)]
    theirs = CustomerIdentity.objects.filter(customer=case.customer, unreachable_since=None).order_by(
        "-is_verified", "-pk"
    )
    known = [(identity.kind, identity.channel_id) for identity in theirs]
    fitting = [
        one for one in sending
        if any(kind == adapter_class(one.kind).identity_kind and channel in (None, one.pk) for kind, channel in known)
    ]  # fmt: skip
    wanted = [ticket.channel_id if ticket is not None else None, case.customer.preferred_channel_id]
    fitting.sort(key=lambda one: [one.pk != pk for pk in wanted])
    if not fitting:
        raise Unprocessable("no_way", _("The customer left no address that we can write to in private."))
    return int(fitting[0].pk)


def _channels_for(case: RecoveryCase) -> QuerySet[Channel]:
    """The active channels of the world that the case is of: a made-up customer is never written to on a real channel, nor a real one on
    a demo or trial channel. Of the trial channels only those count on which he has written.
    """
    channels = Channel.objects.filter(is_active=True).order_by("position", "pk")
    if not (case.is_demo or case.customer.is_demo):
        return channels.filter(is_demo=False, is_simulated=False)
    theirs = Conversation.objects.filter(customer=case.customer_id, channel__is_simulated=True).values("channel")
    return channels.filter(Q(is_demo=True, is_simulated=False) | Q(is_simulated=True, pk__in=theirs))


def _can_begin(channel: Channel) -> bool:
    try:
        return Can.SEND in adapter_class(channel.kind).can and not channel.is_public
    except InvalidInput:
        return False
