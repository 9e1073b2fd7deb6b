"""Keeping what providers deliver: stored and committed before anybody reads it."""

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from channels_app.adapters.values import RawEvent
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_for
from channels_app.signals import events_stored
from helpdesk.common.clock import now
from helpdesk.common.doorbell import call_on_commit
from helpdesk.common.failpoints import failpoint

MAX_EVENT_BYTES = 25 * 1024 * 1024
MAX_BODY_IN_ROW_BYTES = 64 * 1024

# PostgreSQL's jsonb takes neither NUL nor lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def store_events(*, channel: Channel, events: Sequence[RawEvent], is_announced: bool = True) -> list[int]:
    """Store raw events; returns the ids of those that were not stored before, in the order given.

    Idempotent by ``adapter.event_key``, also under concurrent calls. When the transaction commits, ``events_stored``
    is sent for the rows that wait to be processed; no receiver and no broker can make this call fail. Who processes
    them himself passes ``is_announced=False``.
    """
    rows = _as_rows(channel, events)
    with transaction.atomic():
        return _insert_and_announce(rows, is_announced=is_announced)


def find_stored_event(*, channel: Channel, event: RawEvent) -> InboundEvent | None:
    """The row that made storing ``event`` again do nothing."""
    key = adapter_for(channel).event_key(event)
    return InboundEvent.objects.filter(channel=channel, dedup_key=key).first()


def store_polled(
    *, channel: Channel, events: Sequence[RawEvent], cursor: Mapping[str, Any], lease: datetime, next_lease: datetime
) -> list[int]:
    """Store a polled chunk and the cursor behind it in one transaction; returns the ids of the new rows.

    The cursor is only moved while ``lease`` is still the channel's: a poller that overslept keeps its mails, and the
    cursor of its successor stays. The lease is prolonged to ``next_lease``.
    """
    rows = _as_rows(channel, events)
    failpoint("poll.before_store")
    with transaction.atomic():
        event_ids = _insert_and_announce(rows)
        Channel.objects.filter(pk=channel.pk, poll_lease_until=lease).update(
            poll_cursor=dict(cursor), poll_lease_until=next_lease
        )
        failpoint("poll.before_commit")
    failpoint("poll.after_commit")
    return event_ids


def read_raw_event(event: InboundEvent) -> RawEvent:
    """The event as it was delivered, its body read from the row or from storage."""
    return RawEvent(
        body=read_body(event),
        headers=event.headers,
        content_type=event.content_type,
        received_at=event.received_at,
        source=event.source,  # type: ignore[arg-type]  # the column's choices are the literal's values
        meta=event.meta,
    )


def read_body(event: InboundEvent) -> bytes:
    """The raw bytes of an event; empty when retention has cleared them."""
    if event.body_file:
        with default_storage.open(event.body_file) as file:
            return bytes(file.read())
    return bytes(event.body or b"")


def write_body(body: bytes) -> tuple[bytes | None, str]:
    """Put a body where its size belongs: (bytes for the row, "") or (None, storage key). Call before a transaction."""
    if len(body) <= MAX_BODY_IN_ROW_BYTES:
        return body, ""
    key = f"{now():%Y/%m}/{uuid.uuid4().hex}"
    return None, default_storage.save(key, ContentFile(body))


def reason_text(code: str, size: int) -> str:
    """What people read about an event that was quarantined before anybody parsed it."""
    megabytes = MAX_EVENT_BYTES // (1024 * 1024)
    texts = {
        "too_large": _("Larger than %(limit)d MB (%(size).1f MB): only its headers were fetched.")
        % {"limit": megabytes, "size": size / (1024 * 1024)},
        "unreadable_at_server": _("The server does not hand this message out. Try “Fetch anyway” later."),
    }
    return texts.get(code, code)


def _as_rows(channel: Channel, events: Sequence[RawEvent]) -> list[InboundEvent]:
    """Unsaved rows, one a dedup key; large bodies are in storage already."""
    adapter = adapter_for(channel)
    keyed = {adapter.event_key(event): event for event in reversed(events)}
    in_order = list(reversed(keyed.items()))
    large = [key for key, event in in_order if len(event.body) > MAX_BODY_IN_ROW_BYTES]
    # Looking first spares a file for every repetition of a large one; the constraint still decides.
    known = _known_keys(channel, large) if large else set()
    return [_as_row(channel, key, event) for key, event in in_order if key not in known]


def _known_keys(channel: Channel, keys: Sequence[bytes]) -> set[bytes]:
    stored = InboundEvent.objects.filter(channel=channel, dedup_key__in=keys).values_list("dedup_key", flat=True)
    return {bytes(key) for key in stored}


def _as_row(channel: Channel, key: bytes, event: RawEvent) -> InboundEvent:
    size = int(event.meta.get("size") or len(event.body))
    code = event.quarantine_reason or ("too_large" if size > MAX_EVENT_BYTES else "")
    body, body_file = write_body(event.body)
    return InboundEvent(
        channel_id=channel.pk,
        dedup_key=key,
        headers=_storable(dict(event.headers)),
        meta=_storable(dict(event.meta)),
        content_type=_storable(event.content_type)[:200],
        body=body,
        body_file=body_file,
        size=size,
        source=event.source,
        received_at=event.received_at or now(),
        state=InboundEvent.State.QUARANTINED if code else InboundEvent.State.RECEIVED,
        reason_code=code,
        reason=reason_text(code, size) if code else "",
    )


def _storable(value: Any) -> Any:
    """The same JSON value without what the database refuses."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value


def _insert_and_announce(rows: list[InboundEvent], *, is_announced: bool = True) -> list[int]:
    stored = _insert_new(rows)
    new_ids = [row.pk for row in stored]
    waiting = [row.pk for row in stored if row.state == InboundEvent.State.RECEIVED]
    if waiting and is_announced:
        call_on_commit(announce_events, waiting)
    return new_ids


def announce_events(event_ids: list[int]) -> None:
    """Tell the receivers which events wait. Call on commit; never raises."""
    events_stored.send_robust(sender=InboundEvent, event_ids=event_ids)


def _insert_new(rows: list[InboundEvent]) -> list[InboundEvent]:
    """Insert what is new and give it back: RETURNING names exactly those rows, which ``bulk_create`` cannot.

    Several rows get their ids first, in the order of arrival, and go in sorted by key, so that two writers with the
    same events in another order wait for each other instead of locking each other out.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        if len(rows) > 1:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [InboundEvent._meta.db_table, len(rows)],
            )
            for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = pk
        cursor.execute(*_insert_statement(sorted(rows, key=lambda row: bytes(row.dedup_key))))
        inserted = {pk for (pk,) in cursor.fetchall()}
    if len(rows) == 1 and inserted:
        rows[0].pk = inserted.pop()
        return rows
    return [row for row in rows if row.pk in inserted]


def _insert_statement(rows: list[InboundEvent]) -> tuple[str, list[Any]]:
    fields = [field for field in InboundEvent._meta.concrete_fields if rows[0].pk or not field.primary_key]
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * len(rows))
    statement = (
        f"INSERT INTO {InboundEvent._meta.db_table} ({columns}) VALUES {places} "  # noqa: S608  names come from the model
        "ON CONFLICT (channel_id, dedup_key) DO NOTHING RETURNING id"
    )
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    return statement, values
