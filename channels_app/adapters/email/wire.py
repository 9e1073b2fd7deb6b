"""Items as bytes between two processes: a JSON header and the attachments' bytes behind it. No pickle."""

import json
import struct
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, BinaryIO

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
)

_LENGTH = struct.Struct(">Q")
_KINDS: dict[str, type[InboundItem]] = {
    "message": InboundMessage,
    "delivery": DeliveryUpdate,
    "ignored": Ignored,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADDRESS_LISTS = ("aliases", "to", "cc")
_TUPLES = ("thread_tokens", "references", "flags")


def write_frame(stream: BinaryIO, header: Mapping[str, Any], blobs: list[bytes]) -> None:
    """Send one header with its blobs and flush."""
    encoded = json.dumps({**header, "blobs": [len(blob) for blob in blobs]}).encode()
    stream.write(_LENGTH.pack(len(encoded)) + encoded)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    """Receive what ``write_frame`` sent; None where the stream has ended."""
    prefix = _read(stream, _LENGTH.size)
    if prefix is None:
        return None
    encoded = _read(stream, _LENGTH.unpack(prefix)[0])
    if encoded is None:
        return None
    header: dict[str, Any] = json.loads(encoded)
    blobs: list[bytes] = []
    for length in header.pop("blobs"):
        blob = _read(stream, length)
        if blob is None:
            return None
        blobs.append(blob)
    return header, blobs


def _read(stream: BinaryIO, length: int) -> bytes | None:
    data = stream.read(length)
    return data if len(data) == length else None


def dump_items(items: list[InboundItem]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The items as JSON values and the blobs they refer to by position."""
    blobs: list[bytes] = []
    dumped = [{"kind": _NAMES[type(item)], "fields": _dump(item, blobs)} for item in items]
    return dumped, blobs


def _dump(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, bytes):
        blobs.append(value)
        return {"blob": len(blobs) - 1}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return [_dump(entry, blobs) for entry in value]
    if isinstance(value, (Address, InboundAttachment, InboundItem)):
        return {field.name: _dump(getattr(value, field.name), blobs) for field in fields(value)}
    return value


def load_items(dumped: list[dict[str, Any]], blobs: list[bytes]) -> list[InboundItem]:
    """The items that ``dump_items`` took apart."""
    return [_KINDS[entry["kind"]](**_item_fields(entry["fields"], blobs)) for entry in dumped]


def _item_fields(values: dict[str, Any], blobs: list[bytes]) -> dict[str, Any]:
    loaded = dict(values)
    loaded["dedup_key"] = blobs[loaded["dedup_key"]["blob"]]
    for name in ("sent_at", "until"):
        if loaded.get(name) is not None:
            loaded[name] = datetime.fromisoformat(loaded[name])
    for name in ("sender", "reply_to"):
        if loaded.get(name) is not None:
            loaded[name] = Address(**loaded[name])
    for name in _ADDRESS_LISTS:
        if name in loaded:
            loaded[name] = tuple(Address(**entry) for entry in loaded[name])
    for name in _TUPLES:
        if name in loaded:
            loaded[name] = tuple(loaded[name])
    if "attachments" in loaded:
        loaded["attachments"] = tuple(_attachment(entry, blobs) for entry in loaded["attachments"])
    return loaded


def _attachment(values: dict[str, Any], blobs: list[bytes]) -> InboundAttachment:
    content = values["content"]
    return InboundAttachment(**{**values, "content": None if content is None else blobs[content["blob"]]})
