"""A webhook call of the Cloud API to plain items. Pure.

One call may hold several accounts (``entry``), several changes each, and several messages and statuses in a change. Where one of
them cannot be read, the others are filed all the same. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
"""

from collections.abc import Callable, Iterator
from functools import partial

from channels_app.adapters.base import Ignored, InboundItem, ParseError, TemplateChanged, digest
from channels_app.adapters.untrusted_json import Faults, Fields, load_json
from channels_app.adapters.whatsapp.contacts import Contacts
from channels_app.adapters.whatsapp.messages import read_message
from channels_app.adapters.whatsapp.statuses import read_status
from channels_app.adapters.whatsapp.templates import status_of_event

MAX_ENTRIES = 200
MAX_CHANGES = 200
MAX_ITEMS = 1000
OBJECT = "whatsapp_business_account"

Reader = Callable[[], list[InboundItem]]


def parse_items(body: bytes, *, phone_number_id: str) -> list[InboundItem]:
    """Every item of the call, in order. ``phone_number_id``: our number; what belongs to another one is ignored visibly."""
    document = load_json(body)
    if not isinstance(document, dict) or document.get("object") != OBJECT:
        raise ParseError("wrong_type", f"The body is no call of the object {OBJECT}.")
    items: list[InboundItem] = []
    faults = Faults()
    with faults.collected():
        for count, read in enumerate(_readers(Fields(document, place="body"), phone_number_id, faults)):
            if count >= MAX_ITEMS:
                raise ParseError("too_many", f"More than {MAX_ITEMS} items in one call.")
            with faults.collected():
                items += read()
    faults.raise_beside(items)
    return items


def _readers(document: Fields, phone_number_id: str, faults: Faults) -> Iterator[Reader]:
    for entry in document.events("entry", limit=MAX_ENTRIES, faults=faults):
        for change in entry.events("changes", limit=MAX_CHANGES, faults=faults):
            with faults.collected():
                stamp = f"{entry.identifier('id')}:{entry.identifier('time')}"
                yield from _change_readers(change, stamp, phone_number_id, faults)


def _change_readers(change: Fields, stamp: str, phone_number_id: str, faults: Faults) -> Iterator[Reader]:
    field = change.text("field", limit=100)
    value = change.object("value")
    if value is None or field not in ("messages", "smb_message_echoes", "message_template_status_update"):
        yield partial(_ignored, f"account:{field}" if field else "empty_change", change, stamp)
        return
    if field == "message_template_status_update":
        yield partial(_template_change, value, change, stamp)
        return
    metadata = value.object("metadata")
    number_id = metadata.identifier("phone_number_id") if metadata is not None else ""
    if phone_number_id and number_id and number_id != phone_number_id:
        yield partial(_ignored, "other_number", change, stamp)
        return
    written = "message_echoes" if field == "smb_message_echoes" else "messages"
    contacts = Contacts(value, faults)
    is_empty = True
    for message in value.events(written, limit=MAX_ITEMS, faults=faults):
        is_empty = False
        yield partial(read_message, message, contacts, is_echo=written == "message_echoes")
    for status in value.events("statuses", limit=MAX_ITEMS, faults=faults):
        is_empty = False
        yield partial(read_status, status)
    for error in value.events("errors", limit=100, faults=faults):
        is_empty = False
        yield partial(_ignored, f"account_error:{error.identifier('code')}", change, stamp)
    if is_empty:
        yield partial(_ignored, "empty_change", change, stamp)


def _ignored(reason: str, change: Fields, stamp: str) -> list[InboundItem]:
    return [Ignored(dedup_key=digest("ignored", reason, stamp, change.canonical()), reason=reason[:200])]


def _template_change(value: Fields, change: Fields, stamp: str) -> list[InboundItem]:
    event = value.text("event", is_required=True, limit=100)
    status = status_of_event(event)
    if status is None:
        return _ignored(f"unknown:message_template_status_update:{event}", change, stamp)
    reason = value.text("reason", limit=1000)
    decision = TemplateChanged(
        dedup_key=digest("template", stamp, change.canonical()),
        external_id=value.identifier("message_template_id", limit=100),
        name=value.text("message_template_name", is_required=True, limit=512),
        language=value.text("message_template_language", is_required=True, limit=20),
        status=status,
        reason="" if reason.upper() == "NONE" else reason,
    )
    return [decision]
