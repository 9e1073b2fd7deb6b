"""What a visitor may read: the messages of his own conversation, page by page, and what is new behind a position."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from channels_app.adapters.base import DeliveryUpdate, digest
from helpdesk.common.clock import now
from tickets.models import Attachment, Conversation, Message, Ticket, TicketEvent, Visitor
from tickets.services.delivery_updates import record_delivery_update

PAGE_SIZE = 30
MOST_CHANGES = 100
MOST_TICKETS = 20
_POSITION = re.compile(r"\d{1,18}\.\d{1,9}(~\d{1,18}\.\d{1,9}){0,19}")
# Held back for "undo", failed or taken back: the visitor never sees those.
_SHOWN_STATES = ("sent", "delivered", "read")


def read_positions(conversation: Conversation) -> dict[int, int]:
    """How far the event log of each ticket of the conversation is: ticket id -> sequence; of the newest tickets."""
    written_in = Message.objects.filter(conversation=conversation).values("ticket_id")
    rows = Ticket.objects.filter(pk__in=written_in).order_by("-pk").values_list("pk", "event_sequence")
    return dict(rows[:MOST_TICKETS])


def format_position(positions: Mapping[int, int]) -> str:
    """The position as the widget keeps it: "12.5~13.1"."""
    return "~".join(f"{ticket}.{sequence}" for ticket, sequence in sorted(positions.items()))


def parse_position(written: str) -> dict[int, int] | None:
    """The position behind a text of ``format_position``; None for anything else."""
    if not _POSITION.fullmatch(written):
        return None
    return {int(ticket): int(sequence) for ticket, sequence in (part.split(".") for part in written.split("~"))}


def is_behind(conversation: Conversation, known: Mapping[int, int]) -> bool:
    """Whether something happened that a reader at ``known`` has not seen."""
    return any(sequence > known.get(ticket, 0) for ticket, sequence in read_positions(conversation).items())


def read_newest(conversation: Conversation) -> dict[str, Any]:
    """The newest page, with the position behind which ``read_since`` goes on."""
    # The position is read first: what happens between the two comes twice, which the ids make harmless, and never not at all.
    positions = read_positions(conversation)
    return {**_page(_shown(conversation)), "position": format_position(positions), "is_reset": True}


def read_before(conversation: Conversation, before: UUID) -> dict[str, Any]:
    """The page before a message; an empty one where that message is not of this conversation."""
    border = _shown(conversation).filter(uuid=before).first()
    if border is None:
        return {"messages": [], "has_older": False}
    older = Q(sort_at__lt=border.sort_at) | Q(sort_at=border.sort_at, pk__lt=border.pk)
    return _page(_shown(conversation).filter(older))


def read_since(conversation: Conversation, known: Mapping[int, int]) -> dict[str, Any]:
    """New and changed messages behind a position; the newest page instead where that is long ago."""
    positions = read_positions(conversation)
    behind = Q(pk__in=[])
    for ticket in positions:
        behind |= Q(ticket=ticket, sequence__gt=known.get(ticket, 0))
    events = TicketEvent.objects.filter(behind, data__has_key="message").order_by("id")
    ids = set(events.values_list("data__message", flat=True)[: MOST_CHANGES + 1])
    if len(ids) > MOST_CHANGES:
        return read_newest(conversation)
    found = _shown(conversation).filter(pk__in=ids).order_by("sort_at", "pk") if ids else []
    return {"messages": [as_json(message) for message in found], "position": format_position(positions)}


def mark_fetched(visitor: Visitor, uuids: Iterable[str]) -> None:
    """These answers are in the visitor's browser: "delivered"."""
    _report(visitor, uuids, status="delivered")


def mark_read(visitor: Visitor, conversation: Conversation, uuids: Sequence[UUID]) -> None:
    """These answers were shown to the visitor: "read". Those of another conversation are passed over."""
    own = _shown(conversation).filter(uuid__in=uuids, direction=Message.Direction.OUT).exclude(delivery_state="read")
    _report(visitor, [str(uuid) for uuid in own.values_list("uuid", flat=True)[:MOST_CHANGES]], status="read")


def attachment_of(conversation: Conversation, uuid: UUID) -> Attachment | None:
    """A file of a message that the visitor may see."""
    shown = _shown(conversation).values("pk")
    return Attachment.objects.filter(uuid=uuid, message__in=shown).exclude(storage_key="").first()


def unfetched(messages: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of answers that nobody has fetched before."""
    return [message["id"] for message in messages if message["from"] != "visitor" and message["state"] == "sent"]


def as_json(message: Message) -> dict[str, Any]:
    """A message as the widget shows it: the agent's shown name, and nothing else of him."""
    is_own = message.direction == Message.Direction.IN
    return {
        "id": str(message.uuid),
        "client_id": message.external_id if is_own else "",
        "from": "visitor" if is_own else str(message.author),
        "name": _name_of(message),
        "text": "" if message.deleted_at else (message.reply_text or message.text),
        "is_deleted": message.deleted_at is not None,
        "at": message.sort_at.isoformat(),
        "state": str(message.delivery_state),
        "files": [
            {"id": str(file.uuid), "name": file.name, "type": file.content_type, "size": file.size}
            for file in message.attachments.all()
            if file.storage_key and not message.deleted_at
        ],
        "choices": [
            {"title": choice.get("title", ""), "payload": choice.get("payload", "")}
            for choice in message.details.get("choices", ())
            if isinstance(choice, dict) and not is_own
        ],
    }


def _name_of(message: Message) -> str:
    if message.author == Message.Author.AGENT and message.author_agent is not None:
        return str(message.author_agent.display_name)
    return ""


def _shown(conversation: Conversation) -> QuerySet[Message]:
    is_out = Q(direction=Message.Direction.OUT, delivery_state__in=_SHOWN_STATES)
    return (
        Message.objects.filter(Q(direction=Message.Direction.IN) | is_out, conversation=conversation, kind="message")
        .select_related("author_agent")
        .prefetch_related("attachments")
        .defer("html", "headers", "error")
    )


def _page(messages: QuerySet[Message]) -> dict[str, Any]:
    found = list(messages.order_by("-sort_at", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE][::-1]
    return {"messages": [as_json(message) for message in shown], "has_older": len(found) > PAGE_SIZE}


def _report(visitor: Visitor, uuids: Iterable[str], *, status: str) -> None:
    """The same way as every provider's reports, one transaction each."""
    known = Message.objects.filter(channel=visitor.channel_id, uuid__in=list(uuids))
    for external_id in known.order_by("pk").values_list("external_id", flat=True):
        item = DeliveryUpdate(
            dedup_key=digest("receipt", external_id, status),
            sent_at=now(),
            status=status,  # type: ignore[arg-type]  # one of the literal's words
            status_of=external_id,
        )
        with transaction.atomic():
            record_delivery_update(channel=visitor.channel, item=item)
