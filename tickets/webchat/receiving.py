"""A visitor's message: stored first, filed in the same request where that goes well, else by the sweep."""

import base64
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import RawEvent
from channels_app.adapters.webchat.parse import MAX_TEXT_CHARACTERS, message_key
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.common.failpoints import failpoint
from tickets.models import Message, Ticket, Visitor
from tickets.services.live import tell_message
from tickets.services.processing import process_event
from tickets.webchat.uploads import Upload

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a visitor sends: ``client_id`` is his browser's own, and makes sending again harmless."""

    client_id: str
    text: str
    payload: str = ""
    files: Sequence[Upload] = ()
    page: dict[str, str] | None = None
    is_offline_form: bool = False


def take_words(*, visitor: Visitor, words: Words) -> Message | None:
    """Store and file a message; None when it is stored but not filed yet. Once this returns nothing can lose it.

    Raises InvalidInput for an empty one, or a client id that is none. The same client id of the same visitor is the same message.
    """
    if not words.text.strip() and not words.files:
        raise InvalidInput("empty", _("Write something first."), fields={"text": "empty"})
    if not 8 <= len(words.client_id) <= 64 or not words.client_id.replace("-", "").isalnum():
        raise InvalidInput("invalid_id", "The message needs an id of its own.", fields={"id": "invalid"})
    if len(words.text) > MAX_TEXT_CHARACTERS:
        text = _("The text is longer than %(limit)d characters.") % {"limit": MAX_TEXT_CHARACTERS}
        raise InvalidInput("text_too_long", text, fields={"text": text})
    event = RawEvent(
        body=json.dumps(_as_json(visitor, words), ensure_ascii=False).encode("utf-8", "replace"),
        content_type="application/json",
        received_at=now(),
        source="webhook",
    )
    event_ids = store_events(channel=visitor.channel, events=[event])
    failpoint("webchat.after_store")
    for event_id in event_ids:
        _file_quietly(event_id)
    return find_words(visitor, words.client_id)


def find_words(visitor: Visitor, client_id: str) -> Message | None:
    """The filed message that a visitor's browser knows under this id."""
    return Message.objects.filter(channel=visitor.channel_id, dedup_key=message_key(visitor.address, client_id)).first()


def _file_quietly(event_id: int) -> None:
    """It is stored: what goes wrong now is the sweep's business and no reason to tell the visitor that it failed."""
    try:
        for filed in process_event(event_id=event_id):
            if filed.conversation_id and filed.ticket_id:
                ticket = Ticket.objects.only("event_sequence").get(pk=filed.ticket_id)
                tell_message(
                    conversation_id=filed.conversation_id,
                    ticket_id=filed.ticket_id,
                    sequence=ticket.event_sequence,
                )
    except Exception:
        logger.exception("event %s of the chat waits for the sweep", event_id)


def _as_json(visitor: Visitor, words: Words) -> dict[str, Any]:
    return {
        "type": "message",
        "id": words.client_id,
        "visitor": {"address": visitor.address, "name": visitor.name, "email": visitor.email},
        "text": words.text,
        "payload": words.payload,
        "files": [
            {
                "name": file.name,
                "content_type": file.content_type,
                "content_base64": base64.b64encode(file.content).decode(),
            }
            for file in words.files
        ],
        "sent_at": now().isoformat(),
        "language": visitor.language,
        "time_zone": visitor.time_zone,
        "page": words.page or visitor.page,
        "answers": visitor.answers or [],
        "is_offline_form": words.is_offline_form,
    }
