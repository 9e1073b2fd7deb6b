"""Sweeps, leases and failures of polling, whatever the kind of channel."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from channels_app.adapters.base import AdapterError, Can, ChannelAdapter, PollResult, RawEvent
from channels_app.models import Channel, InboundEvent
from channels_app.registry import _load
from channels_app.services import polling
from channels_app.services.polling import check_channel, fetch_anyway, poll_channel, poll_due_channels
from channels_app.tasks import poll_due_channels as sweep_task
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, NotVisible
from helpdesk.core.models import JobRun
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


class NumbersAdapter(ChannelAdapter):
    """A provider of numbers: three a chunk, up to ``config["until"]``; fails as told."""

    kind = "numbers"
    label = "Numbers"
    identity_kind = "numbers"
    can = Can.POLL

    def poll(self, cursor):
        config = self.channel.config
        if config.get("fails"):
            raise AdapterError("down", "The provider is down.", permanent=config["fails"] == "permanent")
        if config.get("explodes"):
            raise ZeroDivisionError("a fault of ours")
        start = cursor.get("last", 0)
        stop = min(start + 3, config.get("until", 0))
        events = [RawEvent(body=str(number).encode(), source="poll") for number in range(start, stop)]
        error = AdapterError("cut", "It was cut.", permanent=False) if config.get("cuts") else None
        return PollResult(events=events, cursor={"last": stop}, has_more=stop < config.get("until", 0), error=error)

    def check(self):
        return self.poll({})


@pytest.fixture(autouse=True)
def numbers_kind(settings):
    path = f"{__name__}.NumbersAdapter"
    settings.HELPDESK_CHANNEL_ADAPTERS = {**settings.HELPDESK_CHANNEL_ADAPTERS, "numbers": path}
    _load.cache_clear()


@pytest.fixture
def rung(monkeypatch):
    """The channels for which a poll was rung."""
    ids = []
    monkeypatch.setattr(polling, "ring", lambda task, channel_id: ids.append(channel_id))
    return ids


def make_numbers(**fields):
    return make_channel(kind="numbers", **fields)


def test_sweep_rings_for_every_due_channel_once(rung):
    due = make_numbers()
    make_numbers(next_poll_at=now() + timedelta(minutes=1))
    make_numbers(is_active=False)
    make_numbers(poll_lease_until=now() + timedelta(minutes=1))
    make_channel(kind="api")
    make_channel(kind="email")
    assert poll_due_channels() == 1
    assert poll_due_channels() == 0
    assert rung == [due.pk]


def test_poll_whose_bell_was_lost_is_rung_for_again(rung):
    channel = make_numbers()
    poll_due_channels()
    Channel.objects.filter(pk=channel.pk).update(next_poll_at=now() - timedelta(seconds=1))
    poll_due_channels()
    assert rung == [channel.pk] * 2


def test_dead_broker_does_not_fail_the_sweep(monkeypatch):
    def dead(task, channel_id):
        raise ConnectionError

    monkeypatch.setattr(polling, "ring", dead)
    make_numbers()
    assert poll_due_channels() == 0


def test_sweep_leaves_a_job_run(rung):
    make_numbers()
    sweep_task()
    run = JobRun.objects.get(job="poll_channels")
    assert (run.handled, run.error) == (1, "")


def test_all_chunks_are_stored_and_the_cursor_stands_behind_them():
    channel = make_numbers(config={"until": 8})
    assert poll_channel(channel_id=channel.pk) == 8
    channel.refresh_from_db()
    assert channel.poll_cursor == {"last": 8}
    assert channel.poll_lease_until is None
    assert channel.last_ok_at is not None
    assert channel.next_poll_at > now()
    assert list(InboundEvent.objects.order_by("pk").values_list("source", flat=True)) == ["poll"] * 8


def test_channel_under_a_lease_is_left_alone():
    channel = make_numbers(config={"until": 3}, poll_lease_until=now() + timedelta(minutes=1))
    assert poll_channel(channel_id=channel.pk) == 0


def test_lease_of_a_dead_poller_runs_out():
    channel = make_numbers(config={"until": 3}, poll_lease_until=now() - timedelta(seconds=1))
    assert poll_channel(channel_id=channel.pk) == 3


def test_poller_that_overslept_keeps_its_events_and_leaves_the_cursor():
    channel = make_numbers(poll_cursor={"last": 50}, poll_lease_until=now() + timedelta(minutes=1))
    ids = polling.store_polled(
        channel=channel, events=[RawEvent(body=b"1")], cursor={"last": 1}, lease=now(), next_lease=now()
    )
    channel.refresh_from_db()
    assert len(ids) == 1
    assert channel.poll_cursor == {"last": 50}


def test_failure_is_kept_and_asked_again_within_two_intervals():
    channel = make_numbers(config={"fails": "temporary"}, poll_every_seconds=30)
    for _ in range(6):
        poll_channel(channel_id=channel.pk)
    channel.refresh_from_db()
    assert channel.consecutive_failures == 6
    assert channel.last_error == "The provider is down."
    assert channel.last_error_at is not None
    assert channel.next_poll_at <= now() + timedelta(seconds=60)
    assert channel.poll_lease_until is None


def test_refusal_that_no_retry_mends_is_asked_ever_more_rarely():
    channel = make_numbers(config={"fails": "permanent"}, poll_every_seconds=30)
    for _ in range(4):
        poll_channel(channel_id=channel.pk)
    channel.refresh_from_db()
    assert timedelta(minutes=5) < channel.next_poll_at - now() <= timedelta(minutes=15)


def test_success_after_failures_resets_the_count():
    channel = make_numbers(consecutive_failures=5, config={"until": 1})
    poll_channel(channel_id=channel.pk)
    channel.refresh_from_db()
    assert channel.consecutive_failures == 0


def test_our_own_fault_is_kept_without_its_details():
    channel = make_numbers(config={"explodes": True})
    assert poll_channel(channel_id=channel.pk) == 0
    channel.refresh_from_db()
    assert channel.last_error == "Unexpected error: ZeroDivisionError"


def test_what_came_before_a_cut_is_stored_with_its_cursor():
    channel = make_numbers(config={"until": 9, "cuts": True})
    assert poll_channel(channel_id=channel.pk) == 3
    channel.refresh_from_db()
    assert channel.poll_cursor == {"last": 3}
    assert (channel.consecutive_failures, channel.last_error) == (1, "It was cut.")


def test_check_reports_failures_as_findings():
    (found,) = check_channel(channel_id=make_numbers(config={"fails": "temporary"}).pk)
    assert (found.is_ok, found.what) == (False, "The provider is down.")
    (found,) = check_channel(channel_id=make_numbers(config={"explodes": True}).pk)
    assert not found.is_ok


def test_event_that_is_whole_cannot_be_fetched_again(api_channel):
    event = InboundEvent.objects.create(channel=api_channel, dedup_key=b"1", received_at=now(), source="webhook")
    with pytest.raises(Conflict):
        fetch_anyway(event_id=event.pk)
    with pytest.raises(NotVisible):
        fetch_anyway(event_id=0)


@pytest.mark.django_db(transaction=True)
def test_eight_pollers_at_once_store_each_event_once():
    channel = make_numbers(config={"until": 30})
    counts = []

    def poll():
        counts.append(poll_channel(channel_id=channel.pk))
        connection.close()

    threads = [threading.Thread(target=poll) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert InboundEvent.objects.count() == 30
    assert sum(counts) == 30
