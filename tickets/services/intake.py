"""Filing what came in: one item, one transaction, once.

Identity -> customer -> conversation (row lock) -> ticket (row lock) -> message -> files -> search -> event -> hot columns. The unique
``Message(channel, dedup_key)`` is the judge of "once"; the look before the transaction only makes repetitions cheap.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from channels_app.adapters.base import CallReceived, Ignored, InboundItem, InboundMessage, ReviewReceived
from channels_app.models import Channel, InboundEvent
from helpdesk.common.clock import now
from helpdesk.common.errors import ParseError
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import Batch, fetch
from tickets.services.acknowledging import acknowledge_ticket
from tickets.services.asking import take_answers
from tickets.services.calls import file_call
from tickets.services.expectations import set_expectation
from tickets.services.filed import Filed
from tickets.services.files import StoredFile, store_file
from tickets.services.message_filing import file_message
from tickets.services.reviews import file_review

__all__ = ["Filed", "receive"]

COMPLETION_COLUMNS = ("state", "processed_at", "lease_until", "reason", "reason_code")
IntakeStep = Callable[[Channel, InboundItem, InboundEvent | None], Filed | None]


@lru_cache(maxsize=8)
def _load_steps(paths: tuple[str, ...]) -> tuple[IntakeStep, ...]:
    return tuple(import_string(path) for path in paths)


def receive(
    *, channel: Channel, item: InboundItem, event: InboundEvent | None = None, completes_event: bool = False
) -> Filed:
    """File one item. Idempotent by its dedup key: a repetition answers "duplicate" and changes nothing.

    ``completes_event``: mark ``event`` processed in the same transaction. Raises ParseError for an item of an unknown type, and
    database errors, after which nothing of the item is stored.
    """
    if isinstance(item, Ignored):
        filed = Filed(outcome="ignored", reason=item.reason)
        return _completed(filed, event, completes_event)
    # The first attempt at an event meets a repetition so rarely that the constraint may find it.
    is_first_attempt = event is not None and event.attempts == 1
    known = None if is_first_attempt else _find_duplicate(channel, item)
    if known is not None:
        return _completed(known, event, completes_event)
    files = _store_attachments(item)
    failpoint("intake.before_transaction")
    try:
        with transaction.atomic():
            filed = _file(channel, item, event, files, completes_event=completes_event)
            failpoint("intake.before_commit")
    except IntegrityError as error:
        if "message_received_once" not in str(error):
            raise
        return _completed(_find_duplicate(channel, item) or Filed(outcome="duplicate"), event, completes_event)
    failpoint("intake.after_commit")
    return filed


def _file(
    channel: Channel,
    item: InboundItem,
    event: InboundEvent | None,
    files: Sequence[StoredFile],
    *,
    completes_event: bool,
) -> Filed:
    batch = Batch()
    filed = _run_steps(channel, item, event, files, batch)
    if completes_event:
        _complete(filed, event, batch)
    batch.run()
    if filed.outcome == "created" and isinstance(item, InboundMessage) and filed.ticket_id and filed.conversation_id:
        acknowledge_ticket(ticket_id=filed.ticket_id, conversation_id=filed.conversation_id, item=item)
        set_expectation(channel=channel, ticket_id=filed.ticket_id, conversation_id=filed.conversation_id, item=item)
    if filed.is_awaited and isinstance(item, InboundMessage) and filed.ticket_id and filed.message_id:
        take_answers(ticket_id=filed.ticket_id, message_id=filed.message_id, item=item)
    return filed


def _completed(filed: Filed, event: InboundEvent | None, completes_event: bool) -> Filed:
    if completes_event:
        batch = Batch()
        _complete(filed, event, batch)
        batch.run()
    return filed


def _complete(filed: Filed, event: InboundEvent | None, batch: Batch) -> None:
    if event is None:
        return
    event.state = InboundEvent.State.IGNORED if filed.outcome == "ignored" else InboundEvent.State.PROCESSED
    event.processed_at, event.lease_until = now(), None
    event.reason, event.reason_code = filed.reason or "", ""
    batch.update(event, COMPLETION_COLUMNS)


def _find_duplicate(channel: Channel, item: InboundItem) -> Filed | None:
    if not isinstance(item, InboundMessage):
        return None
    row = fetch(
        "SELECT ticket_id, conversation_id, id FROM tickets_message WHERE channel_id = %s AND dedup_key = %s",
        [channel.pk, item.dedup_key],
    )
    if row is None:
        return None
    return Filed(outcome="duplicate", ticket_id=row[0], conversation_id=row[1], message_id=row[2])


def _store_attachments(item: InboundItem) -> Sequence[StoredFile]:
    if not isinstance(item, (InboundMessage, ReviewReceived, CallReceived)):
        return ()
    return [
        store_file(
            name=a.name, content=a.content, content_type=a.content_type, is_inline=a.is_inline, content_id=a.content_id
        )
        if a.content is not None
        else StoredFile(
            storage_key="",
            name=a.name,
            content_type=a.content_type,
            size=0,
            sha256="",
            error="The file could not be fetched.",
        )
        for a in item.attachments
    ]


def _run_steps(
    channel: Channel, item: InboundItem, event: InboundEvent | None, files: Sequence[StoredFile], batch: Batch
) -> Filed:
    for step in _load_steps(tuple(settings.HELPDESK_INTAKE_STEPS)):
        filed = step(channel, item, event)
        if filed is not None:
            return filed
    if isinstance(item, InboundMessage):
        return file_message(channel=channel, item=item, event=event, files=files, batch=batch)
    if isinstance(item, CallReceived):
        return file_call(channel=channel, item=item, event=event, files=files, batch=batch)
    if isinstance(item, ReviewReceived):
        return file_review(channel=channel, item=item, event=event, files=files)
    raise ParseError("unknown_item", f"Nothing here can file an item of type {type(item).__name__}.")
