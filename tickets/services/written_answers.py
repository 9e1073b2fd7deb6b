"""Sending what somebody has written, and counting the prepared texts that it was written with."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from channels_app.adapters.base import Choice, TemplateUse
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.files import StoredFile
from tickets.services.quick_reply_uses import count_uses
from tickets.services.replies import reply_to_ticket


@dataclass(frozen=True, kw_only=True)
class WrittenAnswer:
    """An answer as ``reply_to_ticket`` takes it, with the quick replies that went into it."""

    text: str
    conversation_id: int | None = None
    cc: Sequence[str] | None = None
    attachments: Sequence[StoredFile] = ()
    seen_sequence: int | None = None
    status_after: str = ""
    undo_seconds: int = 0
    template: TemplateUse | None = None
    choices: Sequence[Choice] = ()
    asks_for: str = ""
    is_public: bool = False
    quick_reply_ids: Sequence[int] = ()


def send_answer(*, ticket_id: int, actor: Actor, answer: WrittenAnswer) -> Message:
    """Queue the answer and count its quick replies once, together. Raises what ``reply_to_ticket`` raises."""
    if not answer.quick_reply_ids:
        return _queue(ticket_id, actor, answer)
    with transaction.atomic():
        message = _queue(ticket_id, actor, answer)
        count_uses(quick_reply_ids=answer.quick_reply_ids, actor=actor)
    return message


def _queue(ticket_id: int, actor: Actor, answer: WrittenAnswer) -> Message:
    return reply_to_ticket(
        ticket_id=ticket_id,
        actor=actor,
        text=answer.text,
        conversation_id=answer.conversation_id,
        cc=answer.cc,
        attachments=answer.attachments,
        seen_sequence=answer.seen_sequence,
        status_after=answer.status_after,
        undo_seconds=answer.undo_seconds,
        template=answer.template,
        choices=answer.choices,
        asks_for=answer.asks_for,
        is_public=answer.is_public,
    )
