"""From a stored event to filed items: claim, parse, file, mark. A poison event ends in quarantine and stops nobody."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from channels_app.adapters.base import (
    AdapterError,
    CallReceived,
    ChannelAdapter,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    ParseError,
    ReviewReceived,
)
from channels_app.models import Brand, Channel, InboundEvent
from channels_app.registry import adapter_for
from channels_app.services.storing import read_raw_event
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import Conflict, HelpdeskError, NotVisible
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import columns, fetch, read
from tickets.services.filed import Filed
from tickets.services.intake import receive
from tickets.services.triage import triage_ticket

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 5
# The parser's process ended: perhaps the mail's doing, perhaps the machine's.
PASSING_FAULTS = ("parser_crashed", "parser_timeout", "secret_unreadable", "message_not_here_yet", "call_not_here_yet")
MEDIA_SECONDS = 45.0
COMPLETING_SECONDS = 30.0
SWEEP_BATCH = 200
SWEEP_SECONDS = 45.0
State = InboundEvent.State

_CLAIM = f"""
UPDATE channels_app_inboundevent e SET attempts = e.attempts + 1, lease_until = statement_timestamp() + %s
FROM channels_app_channel c JOIN channels_app_brand b ON b.id = c.brand_id
WHERE e.id = %s AND c.id = e.channel_id AND e.state = 'received'
  AND (e.lease_until IS NULL OR e.lease_until < statement_timestamp())
RETURNING {columns(InboundEvent, "e")}, {columns(Channel, "c")}, {columns(Brand, "b")}
"""  # noqa: S608  names come from the models


def process_event(*, event_id: int) -> list[Filed]:
    """File every item of a stored event that nobody else is working on; an empty list when there is nothing to do.

    The claim with its raised ``attempts`` is committed before anything is read, so that an event which kills its worker is put aside
    after MOST_ATTEMPTS. What can never be read is quarantined at once with its reason. Database errors are raised; the event waits.
    """
    event = _claim(event_id)
    if event is None:
        return []
    failpoint("processing.after_claim")
    if event.attempts > MOST_ATTEMPTS:
        reason = event.reason or "The event stopped its worker again and again."
        return [_quarantine(event, "too_many_attempts", reason)]
    try:
        adapter = adapter_for(event.channel)
        items, fault = _parse(adapter, event)
        failpoint("processing.after_parse")
        if fault is None:
            return _file_items(event, adapter, items)
        return [*_file_readable(event, adapter, items), *_give_up_or_wait(event, fault)]
    except (ParseError, HelpdeskError) as error:
        return _give_up_or_wait(event, error)
    except Exception as error:
        _release(event, error)
        raise


def _claim(event_id: int) -> InboundEvent | None:
    """The event with its channel and brand, taken for us; None when somebody else has it or it is done."""
    row = fetch(_CLAIM, [LEASE, event_id])
    if row is None:
        return None
    event, channel, brand = read(row, InboundEvent, Channel, Brand)
    event.channel, channel.brand = channel, brand
    claimed: InboundEvent = event
    return claimed


def _parse(adapter: ChannelAdapter, event: InboundEvent) -> tuple[Sequence[InboundItem], ParseError | None]:
    """The event's items; beside a fault those that could be read all the same."""
    try:
        return adapter.parse(read_raw_event(event)), None
    except ParseError as fault:
        return fault.items, fault


def _file_readable(event: InboundEvent, adapter: ChannelAdapter, items: Sequence[InboundItem]) -> list[Filed]:
    """File the readable items of an event that goes into quarantine; run again, they are known and filed once."""
    whole = _completing(event, adapter)
    return [
        receive(channel=event.channel, item=_with_media(event, adapter, whole(item)), event=event) for item in items
    ]


def _file_items(event: InboundEvent, adapter: ChannelAdapter, items: Sequence[InboundItem]) -> list[Filed]:
    if not items:
        InboundEvent.objects.filter(pk=event.pk).update(
            state=State.IGNORED, processed_at=now(), lease_until=None, reason="empty"
        )
        return [Filed(outcome="ignored", reason="empty")]
    filed = []
    whole = _completing(event, adapter)
    for position, item in enumerate(items, start=1):
        item = _with_media(event, adapter, whole(item))
        filed.append(receive(channel=event.channel, item=item, event=event, completes_event=position == len(items)))
    for ticket_id in dict.fromkeys(one.ticket_id for one in filed if one.message_id is not None):
        if ticket_id is not None:
            triage_ticket(ticket_id=ticket_id)
    if filed[-1].outcome == "ignored" and any(one.outcome != "ignored" for one in filed):
        # The last item alone decided on the state so far.
        InboundEvent.objects.filter(pk=event.pk).update(state=State.PROCESSED, reason="")
    return filed


def _completing(event: InboundEvent, adapter: ChannelAdapter) -> Callable[[InboundItem], InboundItem]:
    """What asks the provider for the rest of an item; many slow answers to one event do not outlast its lease."""
    deadline = monotonic() + COMPLETING_SECONDS

    def complete(item: InboundItem) -> InboundItem:
        if event.channel.is_simulated or monotonic() > deadline:
            return item
        try:
            return adapter.complete(item)
        except AdapterError as error:
            if not error.permanent and event.attempts < MOST_ATTEMPTS:
                raise
            logger.warning("an item could not be completed: %s", error.code)
            return item

    return complete


def _with_media(event: InboundEvent, adapter: ChannelAdapter, item: InboundItem) -> InboundItem:
    """The item with the bytes of files that came as an address only; one that cannot be had does not hold up the message.

    A passing failure lets the event wait, but not beyond its last attempt; nor do many slow files outlast the lease.
    """
    if not isinstance(item, (InboundMessage, ReviewReceived, CallReceived)) or all(
        a.content is not None for a in item.attachments
    ):
        return item
    deadline = monotonic() + MEDIA_SECONDS
    files = [
        a if a.content is not None or monotonic() > deadline else _fetched(event, adapter, a) for a in item.attachments
    ]
    return replace(item, attachments=files)


def _fetched(event: InboundEvent, adapter: ChannelAdapter, attachment: InboundAttachment) -> InboundAttachment:
    try:
        return adapter.fetch_media(attachment)
    except AdapterError as error:
        if not error.permanent and event.attempts < MOST_ATTEMPTS:
            raise
        logger.warning("a file could not be fetched: %s", error.code)
        return attachment


def _give_up_or_wait(event: InboundEvent, error: ParseError | HelpdeskError) -> list[Filed]:
    """Put aside what can never be read; let wait what only went wrong this time."""
    if error.code in PASSING_FAULTS and event.attempts < MOST_ATTEMPTS:
        _release(event, error)
        return []
    return [_quarantine(event, error.code, error.message)]


def _of_this_attempt(event: InboundEvent) -> QuerySet[InboundEvent]:
    """The stored event unless somebody else has taken or finished it since: a late worker decides nothing."""
    return InboundEvent.objects.filter(pk=event.pk, state=State.RECEIVED, attempts=event.attempts)


def _quarantine(event: InboundEvent, code: str, reason: str) -> Filed:
    _of_this_attempt(event).update(
        state=State.QUARANTINED, processed_at=now(), lease_until=None, reason_code=code[:64], reason=reason[:2000]
    )
    return Filed(outcome="quarantined", reason=reason)


def _release(event: InboundEvent, error: Exception) -> None:
    """Let the event be tried again, later each time; the reason stands on the row meanwhile."""
    wait = timedelta(seconds=min(10 * 2 ** (event.attempts - 1), 600))
    reason = f"{type(error).__name__}: {error}".replace("\x00", "")[:2000]
    try:
        _of_this_attempt(event).update(lease_until=now() + wait, reason=reason)
    except Exception:
        # The database itself is gone; the lease runs out by itself.
        logger.warning("event %s could not be released", event.pk)


def process_waiting_events() -> int:
    """File what the doorbell missed (sweep); returns how many events were taken. Any number of workers may run it at once."""
    handled = 0
    deadline = monotonic() + SWEEP_SECONDS
    last_id = 0
    while monotonic() < deadline:
        waiting = InboundEvent.objects.filter(state=State.RECEIVED, pk__gt=last_id).exclude(lease_until__gt=now())
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:SWEEP_BATCH])
        if not ids:
            break
        for event_id in ids:
            last_id = event_id
            handled += _process_quietly(event_id)
    return handled


def _process_quietly(event_id: int) -> bool:
    try:
        return bool(process_event(event_id=event_id))
    except Exception:
        logger.exception("event %s could not be processed", event_id)
        return True


@transaction.atomic
def run_event_again(*, event_id: int) -> None:
    """Put a quarantined, ignored or processed event back into the queue; items filed before stay once.

    Raises NotVisible, or Conflict for one that is being worked on.
    """
    event = InboundEvent.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise NotVisible("event_not_found", _("There is no such event."))
    if event.state == State.RECEIVED and event.lease_until is not None and event.lease_until > now():
        raise Conflict("event_in_work", _("This event is being processed right now."))
    event.state, event.attempts, event.lease_until = State.RECEIVED, 0, None
    event.reason = event.reason_code = ""
    event.processed_at = None
    event.save(update_fields=["state", "attempts", "lease_until", "reason", "reason_code", "processed_at"])
    ring_on_commit("tickets.tasks.process_event", event.pk)
