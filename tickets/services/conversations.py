"""Finding the thread an inbound message belongs to. Runs inside the transaction of intake; what it returns is locked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel
from channels_app.registry import adapter_class
from tickets.models import Conversation, ConversationParticipant, CustomerIdentity, Message
from tickets.models.message import external_digest
from tickets.policies.threading import message_ids_to_look_up
from tickets.services.customers import find_or_create_identity


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Where a message goes. ``refused``: a conversation it named but whose participant the sender is not."""

    conversation: Conversation
    identity: CustomerIdentity
    is_new: bool
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
        identity = named.identity
        if identity.address != item.sender.address:
            identity = find_or_create_identity(channel=channel, sender=item.sender, language=item.language)
        if _is_participant(named, identity):
            return Thread(conversation=named, identity=identity, is_new=False)
    else:
        identity = find_or_create_identity(channel=channel, sender=item.sender, language=item.language)
    conversation = Conversation.objects.create(
        channel=channel, identity=identity, customer=identity.customer, external_thread_id=uuid.uuid4().hex
    )
    return Thread(conversation=conversation, identity=identity, is_new=True, refused=named)


def _locked() -> QuerySet[Conversation]:
    return Conversation.objects.select_for_update(of=("self",)).select_related("identity__customer", "channel")


def _by_token(tokens: Sequence[str]) -> Conversation | None:
    if not tokens:
        return None
    found = {c.reply_token: c for c in _locked().filter(reply_token__in=tokens).order_by("id")}
    return next((found[token] for token in tokens if token in found), None)


def _by_references(channel: Channel, item: InboundMessage) -> Conversation | None:
    ids = message_ids_to_look_up(in_reply_to=item.in_reply_to, references=item.references)
    digests = [d for d in map(external_digest, ids) if d]
    if not digests:
        return None
    rows = Message.objects.filter(channel=channel, external_digest__in=digests).values_list(
        "external_digest", "conversation_id"
    )
    conversations = {bytes(digest): conversation_id for digest, conversation_id in rows if digest is not None}
    nearest = next((conversations[d] for d in digests if d in conversations), None)
    return None if nearest is None else _locked().get(pk=nearest)


def _is_participant(conversation: Conversation, identity: CustomerIdentity) -> bool:
    """The customer under any of his addresses, and whoever an agent added. A copied address proves nothing."""
    if identity.customer_id == conversation.customer_id:
        return True
    return ConversationParticipant.objects.filter(
        conversation=conversation, identity=identity, role=ConversationParticipant.Role.ADDED
    ).exists()


def _messaging_thread(channel: Channel, item: InboundMessage) -> Thread:
    identity = find_or_create_identity(channel=channel, sender=item.sender, language=item.language)
    thread_id = item.thread_id[:200] or f"identity:{identity.pk}"
    conversation = _locked().filter(channel=channel, external_thread_id=thread_id).first()
    if conversation is not None:
        return Thread(conversation=conversation, identity=identity, is_new=False)
    # Two first messages at once: the constraint lets one row in, and both go on with it.
    Conversation.objects.bulk_create(
        [Conversation(channel=channel, identity=identity, customer=identity.customer, external_thread_id=thread_id)],
        ignore_conflicts=True,
    )
    conversation = _locked().get(channel=channel, external_thread_id=thread_id)
    return Thread(conversation=conversation, identity=identity, is_new=conversation.last_message_at is None)
