"""A private answer to a public comment: what the provider must know of the comment, and under which address the person will answer."""

from datetime import datetime
from typing import Any

from django.db import transaction

from channels_app.adapters.base import Receipt
from tickets.models import Conversation, CustomerIdentity, Message
from tickets.models.message import external_digest
from tickets.services.customers import find_identity, scope_of

REPLY_TO = "private_reply_to"


def commented_message(message: Message) -> tuple[datetime | None, dict[str, Any]]:
    """(when the comment was written that ``message`` answers in private, what the adapter kept of it with its id)."""
    comment_id = str(message.details[REPLY_TO])
    comment = (
        Message.objects.filter(channel=message.channel_id, external_digest=external_digest(comment_id))
        .only("sort_at", "details")
        .order_by("-pk")
        .first()
    )
    details = comment.details if comment is not None else {}
    return (comment.sort_at if comment is not None else None), details | {REPLY_TO: comment_id}


@transaction.atomic
def learn_private_address(*, message_id: int, receipt: Receipt) -> None:
    """Keep the person's private address, where the provider names one that is not his public one; doing it twice changes nothing.

    What he writes back then lands in the conversation that we began. An address that somebody has already stays whose it is.
    """
    address = str(receipt.details.get("recipient_id") or "")[:320]
    message = Message.objects.filter(pk=message_id).only("details", "conversation_id").first()
    if not address or message is None or message.conversation_id is None or REPLY_TO not in message.details:
        return
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("identity", "channel")
    conversation = rows.get(pk=message.conversation_id)
    identity = conversation.identity
    scope = scope_of(identity.kind, conversation.channel)
    if address == identity.address or find_identity(kind=identity.kind, address=address, channel_id=scope) is not None:
        return
    new = CustomerIdentity(
        customer_id=conversation.customer_id,
        kind=identity.kind,
        channel_id=scope,
        address=address,
        address_raw=address,
        display_name=identity.display_name,
    )
    # He may write at this very moment; then the address is his already.
    CustomerIdentity.objects.bulk_create([new], ignore_conflicts=True)
    private = find_identity(kind=identity.kind, address=address, channel_id=scope)
    if private is None or private.customer_id != conversation.customer_id:
        return
    conversation.identity = private
    conversation.external_thread_id = f"identity:{private.pk}"
    conversation.save(update_fields=["identity", "external_thread_id"])
