"""Raw events are stored once, whatever is delivered how often by how many at once (P1, P2)."""

import random
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from channels_app.adapters.base import RawEvent
from channels_app.models import InboundEvent
from channels_app.services import storing
from channels_app.services.storing import read_body, read_raw_event, store_events
from channels_app.signals import events_stored
from helpdesk.common.clock import now
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The event ids that receivers were told."""
    told = []

    def listen(sender, event_ids, **kwargs):
        told.append(event_ids)

    events_stored.connect(listen)
    yield told
    events_stored.disconnect(listen)


def test_only_new_events_are_returned_in_the_order_given(api_channel):
    first = store_events(channel=api_channel, events=[RawEvent(body=b"b"), RawEvent(body=b"a")])
    again = store_events(channel=api_channel, events=[RawEvent(body=b"c"), RawEvent(body=b"a"), RawEvent(body=b"0")])
    bodies = dict(InboundEvent.objects.values_list("pk", "body"))
    assert [bytes(bodies[pk]) for pk in first] == [b"b", b"a"]
    assert [bytes(bodies[pk]) for pk in again] == [b"c", b"0"]
    assert first == sorted(first)
    assert again == sorted(again)


def test_repetition_within_one_call_is_stored_once(api_channel):
    assert len(store_events(channel=api_channel, events=[RawEvent(body=b"x"), RawEvent(body=b"x")])) == 1


def test_same_event_on_two_channels_is_stored_for_both(api_channel):
    other = make_channel(kind="api")
    assert store_events(channel=api_channel, events=[RawEvent(body=b"x")])
    assert store_events(channel=other, events=[RawEvent(body=b"x")])


def test_receivers_are_told_ids_after_the_commit(api_channel, announced, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        ids = store_events(channel=api_channel, events=[RawEvent(body=b"x"), RawEvent(body=b"y")])
        assert announced == []
    assert len(callbacks) == 1
    assert announced == [ids]


def test_failing_receiver_does_not_fail_the_caller(api_channel, django_capture_on_commit_callbacks):
    def broken(**kwargs):
        raise ConnectionError("the broker is down")

    events_stored.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert store_events(channel=api_channel, events=[RawEvent(body=b"x")])
    finally:
        events_stored.disconnect(broken)


def test_rollback_tells_nobody_and_stores_nothing(api_channel, announced):
    class Regret(Exception):
        pass

    @transaction.atomic
    def store_and_regret():
        store_events(channel=api_channel, events=[RawEvent(body=b"x")])
        raise Regret

    with pytest.raises(Regret):
        store_and_regret()
    assert InboundEvent.objects.count() == 0
    assert announced == []


def test_large_body_lies_in_storage_and_is_read_back(api_channel):
    body = bytes(range(256)) * 400
    (pk,) = store_events(channel=api_channel, events=[RawEvent(body=body, headers={"a": "1"}, source="webhook")])
    event = InboundEvent.objects.get(pk=pk)
    assert event.body is None
    assert default_storage.exists(event.body_file)
    assert event.body_file.startswith(f"{now():%Y/%m}/")
    raw = read_raw_event(event)
    assert (raw.body, raw.headers, raw.source) == (body, {"a": "1"}, "webhook")


def test_repeated_large_body_leaves_one_file(api_channel, settings):
    for _ in range(3):
        store_events(channel=api_channel, events=[RawEvent(body=b"x" * 100_000)])
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


def test_oversize_event_is_quarantined_with_its_reason_and_not_announced(
    api_channel, announced, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(storing, "MAX_EVENT_BYTES", 1000)
    with django_capture_on_commit_callbacks(execute=True):
        (pk,) = store_events(channel=api_channel, events=[RawEvent(body=b"x" * 1001)])
    event = InboundEvent.objects.get(pk=pk)
    assert (event.state, event.reason_code) == ("quarantined", "too_large")
    assert event.reason
    assert read_body(event) == b"x" * 1001
    assert announced == []


def test_values_that_the_database_refuses_are_replaced(api_channel):
    event = RawEvent(body=b"\0", headers={"a\0": "\ud800b"}, meta={"list": ["\0"]}, content_type="text/\0plain" * 50)
    (pk,) = store_events(channel=api_channel, events=[event])
    stored = InboundEvent.objects.get(pk=pk)
    assert stored.headers == {"a\ufffd": "\ufffdb"}
    assert stored.meta == {"list": ["\ufffd"]}
    assert len(stored.content_type) == 200


def test_one_event_costs_one_statement(api_channel, django_assert_num_queries):
    with django_assert_num_queries(3):  # savepoint, insert, release
        store_events(channel=api_channel, events=[RawEvent(body=b"x")])


@pytest.mark.django_db(transaction=True)
def test_eight_writers_with_the_same_events_in_any_order_store_each_once(api_channel):
    events = [RawEvent(body=f"event {number}".encode()) for number in range(150)]
    stored, failures = [], []

    def deliver(seed):
        shuffled = events[:]
        random.Random(seed).shuffle(shuffled)
        try:
            for start in range(0, len(shuffled), 30):
                stored.extend(store_events(channel=api_channel, events=shuffled[start : start + 30]))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert InboundEvent.objects.count() == 150
    assert sorted(stored) == sorted(InboundEvent.objects.values_list("pk", flat=True))
