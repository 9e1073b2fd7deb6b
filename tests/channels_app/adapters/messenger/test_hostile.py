"""Whatever stands where something else is expected: items or a ParseError, and never another exception."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels_app.adapters.base import Address, ChannelConfig, InboundItem, InboundMessage, ParseError, RawEvent
from channels_app.adapters.instagram.adapter import InstagramAdapter
from channels_app.adapters.messenger.adapter import MessengerAdapter
from tests.support.messenger_fake import ACCOUNT_ID, APP_ID, PAGE_ID

ADAPTERS = {
    "messenger": MessengerAdapter(ChannelConfig(config={"page_id": PAGE_ID, "app_id": APP_ID})),
    "instagram": InstagramAdapter(ChannelConfig(config={"account_id": ACCOUNT_ID, "username": "acme.shop"})),
}
FOLDER = Path(__file__).resolve().parents[1]
PAYLOADS = [(kind, file.stem) for kind in ADAPTERS for file in sorted((FOLDER / kind / "payloads").glob("*.json"))]
WRONG: list[Any] = [None, [], {}, [[]], [{}], {"id": {}}, 7, -1.5, True, "", "x" * 5000, "\ud800\x00", 10**19]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON document."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from places(child, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    copied = copy.deepcopy(document)
    holder = copied
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return copied


def read(kind: str, document: Any) -> list[InboundItem]:
    try:
        return ADAPTERS[kind].parse(RawEvent(body=json.dumps(document).encode()))
    except ParseError as fault:
        return fault.items


@pytest.mark.parametrize(("kind", "name"), PAYLOADS)
def test_wrong_value_at_any_place_ends_in_items_or_a_parse_error(kind, name):
    document = json.loads((FOLDER / kind / "payloads" / f"{name}.json").read_text())
    for path in places(document):
        for value in WRONG:
            for item in read(kind, changed(document, path, value)):
                assert len(item.dedup_key) == 32
                if isinstance(item, InboundMessage):
                    assert isinstance(item.sender, Address)
                    assert item.sender.address
                    assert len(item.thread_id) <= 200
                    assert isinstance(item.text, str)


@pytest.mark.parametrize(("kind", "name"), PAYLOADS)
def test_missing_value_at_any_place_ends_in_items_or_a_parse_error(kind, name):
    document = json.loads((FOLDER / kind / "payloads" / f"{name}.json").read_text())
    for path in places(document):
        without = copy.deepcopy(document)
        holder = without
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
        read(kind, without)


def test_thousands_of_events_in_one_delivery_are_refused_as_a_whole():
    event = {"sender": {"id": "1"}, "recipient": {"id": PAGE_ID}, "timestamp": 1, "message": {"mid": "m", "text": "x"}}
    many = {"object": "page", "entry": [{"id": PAGE_ID, "time": 1, "messaging": [event] * 1001}]}
    with pytest.raises(ParseError):
        ADAPTERS["messenger"].parse(RawEvent(body=json.dumps(many).encode()))
