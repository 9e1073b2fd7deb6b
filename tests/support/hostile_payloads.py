"""Every provider payload of the tests, and every way of getting one value of it wrong."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree.ElementTree import Element, fromstring, tostring

from channels_app.adapters.base import ChannelAdapter, ChannelConfig, RawEvent, SimulatedCall
from channels_app.registry import adapter_class
from helpdesk.common.clock import now

ADAPTERS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters"
CONTENT_TYPES = {
    ".json": "application/json",
    ".eml": "message/rfc822",
    ".xml": "text/xml",
    ".form": "application/x-www-form-urlencoded",
    ".csv": "text/csv",
}
WRONG_VALUES: tuple[Any, ...] = (
    None, True, -1, 1.5, 10**19, "", "\u0000\ud800", "9" * 400, "x" * 70_000, [], [[]], {}, {"id": {}}, ["x", None, {}],
)  # fmt: skip
WRONG_TEXTS = ("", "-1", "NaN", "9" * 400, "1e999", "x" * 30_000, "[]", "{", "\u202e\u0001 %00", "http://127.0.0.1/")
_REMOVED = object()


def payload_files(kind: str) -> list[Path]:
    """The captured payloads of a kind."""
    return sorted(file for file in (ADAPTERS / kind / "payloads").iterdir() if file.suffix in CONTENT_TYPES)


def event_of(file: Path, body: bytes | None = None) -> RawEvent:
    """The event as the provider would deliver it, with another body where one is given."""
    content = file.read_bytes() if body is None else body
    return RawEvent(body=content, content_type=CONTENT_TYPES[file.suffix], received_at=now())


def trial_adapter(kind: str) -> ChannelAdapter:
    """The adapter of a channel with made-up settings."""
    config, secrets = adapter_class(kind).config_form({}).trial_settings()
    return adapter_class(kind)(ChannelConfig(uuid="u", config=config, secrets=secrets, site_url="https://desk.example"))


def spoilt_bodies(file: Path) -> Iterator[bytes]:
    """The payload with each of its values in turn replaced by each wrong one, and with each taken away."""
    if file.suffix == ".json":
        document = json.loads(file.read_bytes())
        yield from (json.dumps(spoilt).encode() for spoilt in spoilt_documents(document))
    elif file.suffix == ".form":
        yield from _spoilt_forms(file.read_bytes())
    elif file.suffix == ".xml":
        yield from _spoilt_xml(file.read_bytes())
    elif file.suffix == ".csv":
        yield from _spoilt_rows(file.read_bytes())


def spoilt_documents(document: Any) -> Iterator[Any]:
    """A JSON value with each value inside it spoilt in turn, itself included."""
    for path in _paths(document):
        for wrong in (*WRONG_VALUES, *([_REMOVED] if path else [])):
            yield with_value(document, path, wrong)


def lists_of(document: Any, is_list_of_events: Callable[[Sequence[Any]], bool]) -> list[tuple[Any, ...]]:
    """The paths of those lists in a document."""
    return [path for path in _paths(document) if isinstance(at(document, path), list) and is_list_of_events(path)]


def at(document: Any, path: Sequence[Any]) -> Any:
    """The value at a path."""
    for step in path:
        document = document[step]
    return document


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield from _paths(part, (*path, step))


def with_value(document: Any, path: Sequence[Any], value: Any) -> Any:
    """A copy of the document with another value at a path; only what is on the way is copied."""
    if not path:
        return value
    copied = copy.copy(document)
    if value is _REMOVED and len(path) == 1:
        del copied[path[0]]
    else:
        copied[path[0]] = with_value(document[path[0]], path[1:], value)
    return copied


def _spoilt_forms(body: bytes) -> Iterator[bytes]:
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    for index, (name, value) in enumerate(pairs):
        others = pairs[:index] + pairs[index + 1 :]
        yield urlencode(others).encode()
        yield urlencode([*pairs, (name, value)]).encode()
        for wrong in WRONG_TEXTS:
            yield urlencode([*others, (name, wrong)]).encode()


def _spoilt_xml(body: bytes) -> Iterator[bytes]:
    document = fromstring(body)
    for index, _element in enumerate(list(document.iter())):
        for wrong in ("", "-1", "9" * 400, "x" * 15_000, "[]", "http://127.0.0.1/"):
            yield _edited(document, index, lambda element, text=wrong: setattr(element, "text", text))
        yield _edited(document, index, lambda element: element.clear())
        yield _edited(document, index, lambda element: element.append(copy.deepcopy(element)))
        yield _edited(document, index, lambda element: setattr(element, "tag", "other"))


def _edited(document: Element, index: int, edit: Callable[[Element], object]) -> bytes:
    copied = copy.deepcopy(document)
    edit(list(copied.iter())[index])
    return bytes(tostring(copied))


def _spoilt_rows(body: bytes) -> Iterator[bytes]:
    lines = body.decode().splitlines()
    for number, line in enumerate(lines):
        for wrong in (
            "",
            '"',
            ";;;;",
            line + ",more" * 300,
            line.replace(",", "\t"),
            line[: len(line) // 2],
            "\0",
            line * 2,
        ):
            yield "\n".join([*lines[:number], wrong, *lines[number + 1 :]]).encode()


def as_event(call: SimulatedCall) -> RawEvent:
    """A made-up customer's call as the provider would deliver it."""
    return RawEvent(
        body=call.body,
        headers=call.headers,
        content_type=call.content_type,
        received_at=now(),
        meta={"query": dict(call.query)} if call.query else {},
    )
