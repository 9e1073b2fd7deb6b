"""Every value of every captured payload got wrong: the readers give items or a ParseError, and lose no good item (C10)."""

import dataclasses
import json
from itertools import chain, islice
from time import perf_counter

import pytest

from channels_app.adapters.base import ChannelConfig, Ignored, InboundItem, ParseError, RawEvent
from channels_app.management.item_json import as_json
from channels_app.registry import adapter_class, kinds
from tests.support.hostile_payloads import (
    at,
    event_of,
    lists_of,
    payload_files,
    spoilt_bodies,
    spoilt_documents,
    trial_adapter,
    with_value,
)

# The examples are spoilt in every way; of the other payloads' thousands of ways every so-manyth is taken.
MOST_BODIES = 900
MOST_BESIDE = 500
# Where several events stand in one delivery, by the last names of the path.
LISTS_OF_EVENTS = {
    "api": {"items"},
    "whatsapp": {"entry", "changes", "messages", "statuses", "message_echoes"},
    "messenger": {"entry", "messaging", "standby", "changes"},
    "instagram": {"entry", "messaging", "standby", "changes"},
    "facebook_reviews": {"entry", "changes", "data"},
    "google_reviews": {"reviews"},
    "line": {"events"},
    "x": {"direct_message_events", "tweet_create_events", "tweet_delete_events"},
}
DIGITS = b"1" + b"0" * 400
HOSTILE = {
    "depth": b"[" * 100_000,
    "depth of objects": b'{"a":' * 100_000,
    "depth that closes": b"[" * 100_000 + b"]" * 100_000,
    "duplicate keys": b'{"object": "page", "object": "page", "entry": [], "entry": []}',
    "NaN": b'{"events": [{"timestamp": NaN}], "update_id": NaN, "entry": NaN}',
    "infinity": b'{"events": -Infinity, "update_id": 1e999}',
    "huge number": b'{"update_id": ' + DIGITS + b', "timestamp": ' + DIGITS + b"}",
    "huge fraction": b'{"update_id": 0.' + DIGITS + b"}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"events": []}'.encode("utf-16"),
    "lone surrogate": b'{"object": "\\ud800", "event": "\\udfff", "destination": "\\ud800"}',
    "many fields": b"&".join(b"a%d=1" % number for number in range(10_000)),
    "many entries": b'{"object": "page", "entry": [' + b"{}," * 50_000 + b"{}]}",
    "many rows": b"date,rating,text\n" + b"x,5,a\n" * 50_000,
    "one long line": b"x" * 3_000_000,
    "markup": b"<feed>" + b"<entry><id>1</id></entry>" * 20_000 + b"</feed>",
    "document type": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "NUL": b"\0" * 10_000,
}


@pytest.fixture(params=kinds())
def kind(request):
    return request.param


def items_of(adapter, event):
    """The items that are read, also beside a fault. Every other exception is the test's end."""
    try:
        return adapter.parse(event)
    except ParseError as fault:
        return fault.items if fault.code and len(fault.message) < 2000 else None


def texts_of(value):
    """Every text in an item, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(texts_of(part) for part in chain(value.keys(), value.values()))
    elif isinstance(value, (list, tuple)):
        yield from chain.from_iterable(texts_of(part) for part in value)
    elif dataclasses.is_dataclass(value):
        yield from chain.from_iterable(texts_of(getattr(value, field.name)) for field in dataclasses.fields(value))


def thinned(found, most):
    """At most so many of them, spread evenly."""
    everything = list(found)
    return islice(everything, 0, None, max(1, -(-len(everything) // most)))


def test_wrong_value_gives_items_or_a_parse_error(kind):
    adapter = trial_adapter(kind)
    examples = [file for file in payload_files(kind) if file.stem == "example"]
    others = [file for file in payload_files(kind) if file.stem != "example"]
    spoilt = chain(
        ((file, body) for file in examples for body in spoilt_bodies(file)),
        thinned(((file, body) for file in others for body in spoilt_bodies(file)), MOST_BODIES),
    )
    for file, body in spoilt:
        event = event_of(file, body)
        assert len(adapter.event_key(event)) == 32
        for item in items_of(adapter, event):
            assert isinstance(item, InboundItem)
            assert len(item.dedup_key) == 32
            assert item.sent_at is None or item.sent_at.tzinfo is not None
            # PostgreSQL keeps neither of them.
            assert not any("\0" in text or "\ud800" in text for text in texts_of(item))
            assert json.dumps(as_json(item, kind=kind))


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_body_gives_items_or_a_parse_error_soon(kind, body):
    adapter = adapter_class(kind)(ChannelConfig())
    event = RawEvent(body=body, headers={}, content_type="")
    started = perf_counter()
    assert len(adapter.event_key(event)) == 32
    assert all(isinstance(item, InboundItem) for item in items_of(adapter, event))
    assert perf_counter() - started < 3


def deliveries_with_a_bad_event(kind):
    """(file, its document with a spoilt event before the good ones) for every list of events."""
    for file in payload_files(kind):
        document = json.loads(file.read_bytes())
        for path in lists_of(document, lambda path: bool(path) and path[-1] in LISTS_OF_EVENTS[kind]):
            good = at(document, path)
            for bad in spoilt_documents(good[0]) if good else ():
                yield file, with_value(document, path, [bad, *good])


@pytest.mark.parametrize("kind", LISTS_OF_EVENTS)
def test_good_items_are_read_beside_a_bad_one(kind):
    adapter = adapter_class(kind)(ChannelConfig())
    keys = {file: good_keys(items_of(adapter, event_of(file))) for file in payload_files(kind)}
    count = 0
    for file, document in thinned(deliveries_with_a_bad_event(kind), MOST_BESIDE):
        body = json.dumps(document).encode()
        assert keys[file] <= good_keys(items_of(adapter, event_of(file, body))), f"{file.name}: {body[:500]!r}"
        count += 1
    assert count > 20


def good_keys(items):
    # What is of no interest is known by its place in the delivery.
    return {item.dedup_key for item in items if not isinstance(item, Ignored)}
