"""Finding the thread an inbound message belongs to. Runs inside the transaction of intake; what it returns is locked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.rows import columns, fetch_all, read
from tickets.models import Conversation, ConversationParticipant, Customer, CustomerIdentity, Message, MessageRecipient
from tickets.models.message import external_digest
from tickets.policies.threading import message_ids_to_look_up
from tickets.services.customers import find_or_create_identity

_SELECT = (
    f"SELECT {columns(Conversation, 'v')}, {columns(CustomerIdentity, 'i')}, {columns(Customer, 'c')} "  # noqa: S608  names of the models
    "FROM tickets_conversation v JOIN tickets_customeridentity i ON i.id = v.identity_id "
    "JOIN tickets_customer c ON c.id = i.customer_id"
)


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Where a message goes. ``refused``: a conversation it named but whose participant the sender is not.

    ``is_stored``: False for a new mail thread, whose row has no key yet and is written together with its first message.
    """

    conversation: Conversation
    identity: CustomerIdentity
    is_new: bool
    is_stored: bool = True
    refused: Conversation | None = None


def find_thread(*, channel: Channel, item: InboundMessage) -> Thread:
    """The conversation of ``item``, found or made, its row locked.

    Mail: by our token, then by In-Reply-To and References, never by subject; only a participant's mail is filed there, anybody
    else gets a conversation of his own. Messaging: the one conversation of the identity (or of the provider's thread).
    """
    if not adapter_class(channel.kind).is_threaded:
        return _messaging_thread(channel, item)
    named = _by_token(item.thread_tokens) or _by_references(channel, item)
    if named is not None:
        _know_channel(named, channel)
        identity = named.identity
        if identity.address != item.sender.address:
            identity = _identity(channel, item)
        if _is_participant(named, identity):
            return Thread(conversation=named, identity=identity, is_new=False)
    else:
        identity = _identity(channel, item)
    conversation = Conversation(
        channel=channel,
        identity=identity,
        customer=identity.customer,
        external_thread_id=uuid.uuid4().hex,
        created_at=now(),
    )
    return Thread(conversation=conversation, identity=identity, is_new=True, is_stored=False, refused=named)


def _identity(channel: Channel, item: InboundMessage) -> CustomerIdentity:
    return find_or_create_identity(channel=channel, sender=item.sender, language=item.language, aliases=item.aliases)


def _lock(condition: str, parameters: Sequence[Any]) -> list[Conversation]:
    """The conversations ``v`` that fit, in the order of their ids, locked; with identity and customer."""
    found = []
    for row in fetch_all(f"{_SELECT} WHERE {condition} ORDER BY v.id FOR UPDATE OF v", parameters):
        conversation, identity, customer = read(row, Conversation, CustomerIdentity, Customer)
        identity.customer = customer
        if conversation.customer_id != identity.customer_id:
            # A merge of customers was committed while this waited for the row: only the locked one was read anew.
            identity = CustomerIdentity.objects.select_related("customer").get(pk=conversation.identity_id)
        conversation.identity = identity
        found.append(conversation)
    return found


def _know_channel(conversation: Conversation, channel: Channel) -> None:
    """Spare the query for a channel that is in hand; a token may lead to a conversation on another one."""
    if conversation.channel_id == channel.pk:
        conversation.channel = channel


def _by_token(tokens: Sequence[str]) -> Conversation | None:
    if not tokens:
        return None
    found = {c.reply_token: c for c in _lock("v.reply_token = ANY(%s)", [list(tokens)])}
    return next((found[token] for token in tokens if token in found), None)


def _by_references(channel: Channel, item: InboundMessage) -> Conversation | None:
    ids = message_ids_to_look_up(in_reply_to=item.in_reply_to, references=item.references)
    digests = [d for d in map(external_digest, ids) if d]
    if not digests:
        return None
    locked = _lock(
        "v.id = (SELECT m.conversation_id FROM tickets_message m WHERE m.channel_id = %s "
        "AND m.external_digest = ANY(%s::bytea[]) AND m.conversation_id IS NOT NULL "
        "ORDER BY array_position(%s::bytea[], m.external_digest), m.id DESC LIMIT 1)",
        [channel.pk, digests, digests],
    )
    return locked[0] if locked else None


def _is_participant(conversation: Conversation, identity: CustomerIdentity) -> bool:
    """The customer under any of his addresses, and whoever an agent added or wrote a copy to.

    An address that the customer copied proves nothing: anybody could get into the history by it.
    """
    if identity.customer_id == conversation.customer_id:
        return True
    added = ConversationParticipant.objects.filter(
        conversation=conversation, identity=identity, role=ConversationParticipant.Role.ADDED
    )
    copied = MessageRecipient.objects.filter(
        message__conversation=conversation, message__author=Message.Author.AGENT, address=identity.address
    ).exclude(message__delivery_state=Message.DeliveryState.CANCELLED)
    return added.exists() or copied.exists()


def _messaging_thread(channel: Channel, item: InboundMessage) -> Thread:
    identity = _identity(channel, item)
    thread_id = item.thread_id[:200] or f"identity:{identity.pk}"
    named = ("v.channel_id = %s AND v.external_thread_id = %s", [channel.pk, thread_id])
    for conversation in _lock(*named):
        _know_channel(conversation, channel)
        return Thread(conversation=conversation, identity=identity, is_new=False)
    for conversation in [] if item.thread_id or item.is_public else _under_other_kind(channel, identity):
        _know_channel(conversation, channel)
        return Thread(conversation=conversation, identity=identity, is_new=False)
    # Two first messages at once: the constraint lets one row in, and both go on with it.
    visibility = Conversation.Visibility.PUBLIC if item.is_public else Conversation.Visibility.PRIVATE
    Conversation.objects.bulk_create(
        [
            Conversation(
                channel=channel,
                identity=identity,
                customer=identity.customer,
                external_thread_id=thread_id,
                visibility=visibility,
            )
        ],
        ignore_conflicts=True,
    )
    conversation = _lock(*named)[0]
    _know_channel(conversation, channel)
    return Thread(conversation=conversation, identity=identity, is_new=conversation.last_message_at is None)


def _under_other_kind(channel: Channel, identity: CustomerIdentity) -> list[Conversation]:
    """The private chat of the same person under the channel's other kind of address (his number, when he hides it now)."""
    adapter = adapter_class(channel.kind)
    others = [kind for kind in (adapter.identity_kind, *adapter.other_identity_kinds) if kind != identity.kind]
    if not adapter.other_identity_kinds:
        return []
    return _lock(
        "v.id = (SELECT w.id FROM tickets_conversation w JOIN tickets_customeridentity j ON j.id = w.identity_id "
        "WHERE w.channel_id = %s AND w.customer_id = %s AND w.visibility = 'private' AND j.kind = ANY(%s) "
        "ORDER BY w.last_message_at DESC NULLS LAST, w.id DESC LIMIT 1)",
        [channel.pk, identity.customer_id, others],
    )


def open_thread(channel: Channel, identity: CustomerIdentity) -> Conversation:
    """The private conversation in which we write to an identity first, its row locked: a new mail thread, or its one chat."""
    thread_id = uuid.uuid4().hex if adapter_class(channel.kind).is_threaded else _chat_of(channel, identity)
    Conversation.objects.bulk_create(
        [Conversation(channel=channel, identity=identity, customer=identity.customer, external_thread_id=thread_id)],
        ignore_conflicts=True,
    )
    locked = Conversation.objects.select_for_update(of=("self",)).select_related(
        "identity", "customer", "channel__brand"
    )
    found: Conversation = locked.get(channel=channel, external_thread_id=thread_id)
    return found


def _chat_of(channel: Channel, identity: CustomerIdentity) -> str:
    """The thread of the private chat where the person wrote last; never one that everybody reads."""
    chats = Conversation.objects.filter(identity=identity, channel=channel)
    private = Message.objects.filter(
        conversation__in=chats.filter(visibility=Conversation.Visibility.PRIVATE).order_by().values("pk")
    )
    known: str | None = (
        private.order_by("-id").values_list("conversation__external_thread_id", flat=True).first()
        or chats.filter(visibility=Conversation.Visibility.PRIVATE)
        .order_by("-pk")
        .values_list("external_thread_id", flat=True)
        .first()
    )
    is_taken = chats.filter(
        external_thread_id=f"identity:{identity.pk}", visibility=Conversation.Visibility.PUBLIC
    ).exists()
    return known or (f"private:{identity.pk}" if is_taken else f"identity:{identity.pk}")
