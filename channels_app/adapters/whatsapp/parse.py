"""A webhook call of the Cloud API to plain items. Pure.

One call may hold several accounts (``entry``), several changes each, and several messages and statuses in a change. Where one of
them cannot be read, the others are filed all the same. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from channels_app.adapters.base import Ignored, InboundItem, ParseError, TemplateChanged, digest
from channels_app.adapters.untrusted_json import Fields, load_json
from channels_app.adapters.whatsapp.contacts import Contacts
from channels_app.adapters.whatsapp.messages import read_message
from channels_app.adapters.whatsapp.statuses import read_status
from channels_app.adapters.whatsapp.templates import status_of_event

MAX_ENTRIES = 200
MAX_CHANGES = 200
MAX_ITEMS = 1000
_MAX_FAULTS_SHOWN = 5
OBJECT = "whatsapp_business_account"

Reader = Callable[[], list[InboundItem]]


def parse_items(body: bytes, *, phone_number_id: str) -> list[InboundItem]:
    """Every item of the call, in order. ``phone_number_id``: our number; what belongs to another one is ignored visibly."""
    document = load_json(body)
    if not isinstance(document, dict) or document.get("object") != OBJECT:
        raise ParseError("wrong_type", f"The body is no call of the object {OBJECT}.")
    items: list[InboundItem] = []
    faults: list[ParseError] = []
    try:
        for read in _readers(Fields(document, place="body"), document, phone_number_id):
            try:
                items += read()
            except ParseError as fault:
                faults.append(fault)
    except ParseError as fault:  # the structure itself ends here
        faults.append(fault)
    if faults:
        more = f" And {len(faults) - _MAX_FAULTS_SHOWN} more." if len(faults) > _MAX_FAULTS_SHOWN else ""
        words = " ".join(fault.message for fault in faults[:_MAX_FAULTS_SHOWN])
        raise ParseError(faults[0].code, words + more, items=items)
    return items


def _readers(document: Fields, raw: dict[str, Any], phone_number_id: str) -> Iterator[Reader]:
    count = 0
    for index, entry in enumerate(document.objects("entry", limit=MAX_ENTRIES)):
        for position, change in enumerate(entry.objects("changes", limit=MAX_CHANGES)):
            raw_change = raw["entry"][index]["changes"][position]
            stamp = f"{entry.identifier('id')}:{entry.identifier('time')}"
            for reader in _change_readers(change, raw_change, stamp, phone_number_id):
                count += 1
                if count > MAX_ITEMS:
                    raise ParseError("too_many", f"More than {MAX_ITEMS} items in one call.")
                yield reader


def _change_readers(change: Fields, raw: dict[str, Any], stamp: str, phone_number_id: str) -> Iterator[Reader]:
    field = change.text("field", limit=100)
    value = change.object("value")
    if value is None or field not in ("messages", "smb_message_echoes", "message_template_status_update"):
        yield partial(_ignored, f"account:{field}" if field else "empty_change", raw, stamp)
        return
    if field == "message_template_status_update":
        yield partial(_template_change, value, raw, stamp)
        return
    metadata = value.object("metadata")
    number_id = metadata.identifier("phone_number_id") if metadata is not None else ""
    if phone_number_id and number_id and number_id != phone_number_id:
        yield partial(_ignored, "other_number", raw, stamp)
        return
    yield from _value_readers(value, raw, stamp, is_echo=field == "smb_message_echoes")


def _value_readers(value: Fields, raw: dict[str, Any], stamp: str, *, is_echo: bool) -> Iterator[Reader]:
    contacts = Contacts(value)
    is_empty = True
    for message in value.objects("message_echoes" if is_echo else "messages", limit=MAX_ITEMS):
        is_empty = False
        yield partial(read_message, message, contacts, is_echo=is_echo)
    for status in value.objects("statuses", limit=MAX_ITEMS):
        is_empty = False
        yield partial(read_status, status)
    for error in value.objects("errors", limit=100):
        is_empty = False
        yield partial(_ignored, f"account_error:{error.identifier('code')}", raw, stamp)
    if is_empty:
        yield partial(_ignored, "empty_change", raw, stamp)


def _ignored(reason: str, raw: dict[str, Any], stamp: str) -> list[InboundItem]:
    return [Ignored(dedup_key=digest("ignored", reason, stamp, _canonical(raw)), reason=reason[:200])]


def _template_change(value: Fields, raw: dict[str, Any], stamp: str) -> list[InboundItem]:
    event = value.text("event", is_required=True, limit=100)
    status = status_of_event(event)
    if status is None:
        return _ignored(f"unknown:message_template_status_update:{event}", raw, stamp)
    reason = value.text("reason", limit=1000)
    change = TemplateChanged(
        dedup_key=digest("template", stamp, _canonical(raw)),
        external_id=value.identifier("message_template_id", limit=100),
        name=value.text("message_template_name", is_required=True, limit=512),
        language=value.text("message_template_language", is_required=True, limit=20),
        status=status,
        reason="" if reason.upper() == "NONE" else reason,
    )
    return [change]


def _canonical(raw: dict[str, Any]) -> str:
    return json.dumps(raw, sort_keys=True, ensure_ascii=True)
