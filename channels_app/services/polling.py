"""Fetching from providers that do not call us: one lease a channel, bounded chunks, failures kept on the row."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from channels_app import registry
from channels_app.adapters.base import AdapterError, ChannelAdapter, ChannelConfig, Finding, RawEvent
from channels_app.models import Channel, InboundEvent
from channels_app.services.breaking import resume_sending
from channels_app.services.storing import announce_events, read_raw_event, store_polled, write_body
from helpdesk.common.clock import now
from helpdesk.common.doorbell import call_on_commit, ring
from helpdesk.common.errors import Conflict, HelpdeskError, InvalidInput, NotVisible

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=200)  # longer than one chunk may take; prolonged with every stored chunk
BUDGET_SECONDS = 60.0
UNSTARTED_AFTER = timedelta(seconds=60)  # a poll that was rung for and never came is rung for again
# The provider said no for good (a wrong password): asking every few seconds gets accounts locked.
LONGEST_PAUSE = timedelta(minutes=15)


def poll_due_channels() -> int:
    """Start a poll of every active channel whose time has come; returns how many were started.

    Each runs as a task of its own, so that neither a failing nor a slow channel holds up another.
    """
    moment = now()
    is_due = Q(next_poll_at=None) | Q(next_poll_at__lte=moment)
    is_free = Q(poll_lease_until=None) | Q(poll_lease_until__lt=moment)
    started = 0
    for channel in Channel.objects.filter(is_due & is_free, is_active=True).order_by("next_poll_at", "pk"):
        if not _is_polled(channel):
            continue
        # Conditional: of two sweeps at once, one starts it.
        claimed = Channel.objects.filter(is_due, pk=channel.pk).update(next_poll_at=moment + UNSTARTED_AFTER)
        if claimed and _start(channel.pk):
            started += 1
    return started


def poll_channel(*, channel_id: int) -> int:
    """Fetch and store what is new on one channel; returns how many events were new.

    One poller a channel: returns 0 at once while another one holds the lease. Stops when nothing more is waiting or
    the time budget is used up; the next sweep goes on. A provider's failure is kept on the channel and not raised.
    Raises Conflict for a channel that has nothing to ask: that is no failure of the channel.
    """
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is not None and not _is_polled(channel):
        raise Conflict(
            "not_polled", _("“%(name)s” is not polled: its messages are handed in.") % {"name": channel.name}
        )
    lease = now() + LEASE
    is_free = Q(poll_lease_until=None) | Q(poll_lease_until__lt=now())
    if not Channel.objects.filter(is_free, pk=channel_id, is_active=True).update(poll_lease_until=lease):
        return 0
    channel = Channel.objects.select_related("brand").get(pk=channel_id)
    run = _Run(channel=channel, lease=lease)
    try:
        run.poll()
        _record_success(run)
    except AdapterError as error:
        _record_failure(run, error.message, is_permanent=error.permanent)
    except HelpdeskError as error:
        _record_failure(run, error.message, is_permanent=True)
    except DatabaseError:
        raise  # nothing can be recorded; the lease runs out and the next sweep tries again
    except Exception as error:
        logger.exception("Polling channel %s failed", channel.slug)
        _record_failure(run, _("Unexpected error: %(error)s") % {"error": type(error).__name__}, is_permanent=False)
    return run.stored


def check_channel(*, channel_id: int) -> list[Finding]:
    """Try the channel's connections and say in words what works and what to do about the rest. Never raises for them."""
    channel = Channel.objects.select_related("brand").filter(pk=channel_id).first()
    if channel is None:
        raise NotVisible("no_such_channel", _("There is no such channel."))
    try:
        with _opened(channel) as adapter:
            findings = adapter.check()
        _keep_findings(channel, findings)
        return findings
    except (AdapterError, HelpdeskError) as error:
        return [Finding(is_ok=False, what=error.message)]
    except Exception as error:
        logger.exception("Checking channel %s failed", channel.slug)
        return [Finding(is_ok=False, what=_("Unexpected error: %(error)s") % {"error": type(error).__name__})]


def _keep_findings(channel: Channel, findings: Sequence[Finding]) -> None:
    """When credentials end stands on the channel; one that works again sends again."""
    ends = [finding.expires_at for finding in findings if finding.expires_at is not None]
    Channel.objects.filter(pk=channel.pk).update(credentials_expire_at=min(ends, default=None))
    if findings and all(finding.is_ok for finding in findings):
        resume_sending(channel_id=channel.pk)


def check_every_channel() -> int:
    """Try the connections of all active channels (daily), so that credentials at their end are announced; returns how many."""
    ids = list(Channel.objects.filter(is_active=True, is_simulated=False).values_list("pk", flat=True))
    for channel_id in ids:
        check_channel(channel_id=channel_id)
    return len(ids)


def fetch_anyway(*, event_id: int) -> None:
    """Fetch the whole of a quarantined event that was stored in part, and hand it to processing.

    Raises NotVisible for an unknown event, Conflict when there is nothing to fetch, AdapterError when the provider
    does not give it.
    """
    event = InboundEvent.objects.select_related("channel__brand").filter(pk=event_id).first()
    if event is None:
        raise NotVisible("no_such_event", _("There is no such event."))
    if event.state != InboundEvent.State.QUARANTINED or not event.meta.get("is_partial"):
        raise Conflict("nothing_to_fetch", _("This event has nothing left to fetch."))
    with _opened(event.channel) as adapter:
        whole = adapter.fetch_whole(read_raw_event(event))
    body, body_file = write_body(whole.body)
    with transaction.atomic():
        updated = InboundEvent.objects.filter(pk=event_id, state=InboundEvent.State.QUARANTINED).update(
            body=body,
            body_file=body_file,
            size=len(whole.body),
            meta={**event.meta, **whole.meta, "is_partial": False, "is_fetched_anyway": True},
            state=InboundEvent.State.RECEIVED,
            reason="",
            reason_code="",
            attempts=0,
            lease_until=None,
        )
        if not updated:
            raise Conflict("nothing_to_fetch", _("Somebody else has just fetched this event."))
        call_on_commit(announce_events, [event_id])


def find_channel(slug: str) -> Channel:
    """The channel with that short name. Raises InvalidInput where there is none."""
    channel = Channel.objects.select_related("brand").filter(slug=slug).first()
    if channel is None:
        known = ", ".join(Channel.objects.values_list("slug", flat=True)[:20]) or "-"
        raise InvalidInput(
            "no_such_channel", _("There is no channel “%(slug)s”. Known: %(known)s.") % {"slug": slug, "known": known}
        )
    return channel


class _Run:
    """One poller's turn at one channel."""

    def __init__(self, *, channel: Channel, lease: datetime) -> None:
        self.channel = channel
        self.lease = lease
        self.stored = 0
        self.has_more = False

    def poll(self) -> None:
        deadline = monotonic() + BUDGET_SECONDS
        cursor = self.channel.poll_cursor
        with _opened(self.channel) as adapter:
            while True:
                result = adapter.poll(cursor)
                next_lease = now() + LEASE
                event_ids = store_polled(
                    channel=self.channel,
                    events=result.events,
                    cursor=result.cursor,
                    lease=self.lease,
                    next_lease=next_lease,
                )
                self.lease, cursor = next_lease, dict(result.cursor)
                self.stored += len(event_ids)
                self.has_more = result.has_more
                _tell_provider(adapter, result.events)
                if result.error is not None:
                    raise result.error
                if not result.has_more or monotonic() > deadline:
                    return


@contextmanager
def _opened(channel: Channel) -> Iterator[ChannelAdapter]:
    adapter = registry.adapter_for(channel)
    try:
        yield adapter
    finally:
        adapter.close()


def _tell_provider(adapter: ChannelAdapter, events: Sequence[RawEvent]) -> None:
    """Marking and moving at the provider is best effort: the events are safe, the cursor does not need the marks."""
    try:
        adapter.after_stored(events)
    except AdapterError as error:
        logger.warning("Channel %s: could not mark fetched messages: %s", adapter.channel.slug, error.message)


def _is_polled(channel: Channel) -> bool:
    try:
        return registry.adapter_class(channel.kind)(ChannelConfig(config=channel.config)).is_polled
    except InvalidInput:  # its kind is not declared any more
        return False


def _start(channel_id: int) -> bool:
    try:
        ring("channels_app.tasks.poll_channel", channel_id)
    except Exception:
        # Whatever the broker's client raises: the next sweep rings again.
        logger.warning("The broker does not take the poll of channel %s", channel_id, exc_info=True)
        return False
    return True


def _record_success(run: _Run) -> None:
    moment = now()
    pause = timedelta(0) if run.has_more else timedelta(seconds=run.channel.poll_every_seconds)
    Channel.objects.filter(pk=run.channel.pk).update(
        last_ok_at=moment, consecutive_failures=0, next_poll_at=moment + pause
    )
    _release(run)


def _record_failure(run: _Run, message: str, *, is_permanent: bool) -> None:
    """Back off: up to two intervals, so that a poller is back soon after an outage; longer when a retry cannot help."""
    moment = now()
    interval = timedelta(seconds=run.channel.poll_every_seconds)
    failures = run.channel.consecutive_failures + 1
    pause = min(interval * 2 ** min(failures, 10), LONGEST_PAUSE) if is_permanent else interval * min(failures, 2)
    Channel.objects.filter(pk=run.channel.pk).update(
        last_error=message[:2000],
        last_error_at=moment,
        consecutive_failures=F("consecutive_failures") + 1,
        next_poll_at=moment + pause,
    )
    _release(run)


def _release(run: _Run) -> None:
    Channel.objects.filter(pk=run.channel.pk, poll_lease_until=run.lease).update(poll_lease_until=None)
