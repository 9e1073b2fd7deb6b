"""Who chats unknown and then signs in takes his chat along: nobody would read the answers to it otherwise."""

import logging

from helpdesk.common.errors import Conflict
from tickets.models import Conversation, CustomerIdentity, InformationRequest, Message, Visitor
from tickets.services.actors import Actor
from tickets.services.customer_merging import merge_customers

logger = logging.getLogger(__name__)


def join_chats(*, visitor: Visitor, proven: CustomerIdentity) -> None:
    """Bring what this browser said unknown into the chat of the person for whom the site has signed. Runs inside a transaction.

    The unknown customer is merged into the proven one, which agents can undo. Cases stay apart and as they are. Raises Conflict "busy"
    while messages of both keep coming.
    """
    unknown = _unknown_chat(visitor)
    if unknown is None or unknown.identity_id == proven.pk:
        return
    if unknown.customer_id != proven.customer_id:
        try:
            merge_customers(winner_id=proven.customer_id, loser_id=unknown.customer_id, actor=Actor.system())
        except Conflict as refusal:
            if refusal.code == "busy":
                raise
            logger.warning("a chat could not go along with who signed in: %s", refusal.code)
            return
    # The rows are locked from here on: by the merge, or now, each in the order of its id.
    theirs = Conversation.objects.select_for_update().filter(
        channel=visitor.channel_id, identity__in=[proven.pk, unknown.identity_id]
    )
    chats = {chat.identity_id: chat for chat in theirs.order_by("pk")}
    chat, own = chats[unknown.identity_id], chats.get(proven.pk)
    if own is None:
        chat.identity, chat.external_thread_id = proven, f"identity:{proven.pk}"
        chat.save(update_fields=["identity", "external_thread_id"])
        return
    Message.objects.filter(conversation=chat).update(conversation=own)
    InformationRequest.objects.filter(conversation=chat).update(conversation=own)
    if own.active_ticket_id is None:
        own.active_ticket_id, chat.active_ticket_id = chat.active_ticket_id, None
    own.last_message_at = max(filter(None, (own.last_message_at, chat.last_message_at)), default=None)
    own.last_customer_message_at = max(
        filter(None, (own.last_customer_message_at, chat.last_customer_message_at)), default=None
    )
    own.save(update_fields=["active_ticket", "last_message_at", "last_customer_message_at"])
    chat.save(update_fields=["active_ticket"])


def _unknown_chat(visitor: Visitor) -> Conversation | None:
    """The chat of a browser for whom nobody has signed so far."""
    if visitor.is_verified:
        return None
    chats = Conversation.objects.filter(
        channel=visitor.channel_id, identity__kind="webchat", identity__address=visitor.address
    )
    found: Conversation | None = chats.order_by("-pk").first()
    return found
