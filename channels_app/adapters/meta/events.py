"""The envelope of Meta's webhooks for pages and Instagram accounts: several entries, several events in each. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels_app.adapters.base import Ignored, InboundItem, RawEvent, digest
from channels_app.adapters.untrusted_json import Faults, Fields, load_json

MAX_ENTRIES = 1000
MAX_EVENTS = 1000
MAX_ID_CHARACTERS = 300
_MILLISECONDS_FROM = 100_000_000_000  # in seconds that would be the year 5138
_LAST_SECOND = 4_102_444_800  # 2100


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose events these are; empty: not configured, so nothing is sorted out by it.

    ``object_name`` is what the provider calls the kind of account ("page", "instagram").
    """

    object_name: str
    account_id: str = ""
    username: str = ""
    app_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an event stood: its account, the provider's time for the whole entry, and whether another app has the thread."""

    account: Account
    entry_id: str
    at: datetime | None
    is_standby: bool = False

    def is_own(self, author_id: str, username: str = "") -> bool:
        """Whether the account itself wrote."""
        own_ids = {self.entry_id, self.account.account_id} - {""}
        return author_id in own_ids or bool(username and username.lower() == self.account.username.lower())


EventReader = Callable[[Fields, Place], list[InboundItem]]


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Who reads what: messages, and changes by the name of their field."""

    messaging: EventReader
    changes: dict[str, EventReader]
    messaging_fields: frozenset[str] = frozenset()


def parse_events(event: RawEvent, account: Account, readers: Readers) -> list[InboundItem]:
    """Every item of a delivery, in order.

    Where some events cannot be read, the ParseError names them and brings the items of the others along.
    """
    items: list[InboundItem] = []
    faults = Faults()
    for reader, fields, place in _events(load_json(event.body), account, readers, event.received_at, faults):
        with faults.collected():
            items += reader(fields, place)
    faults.raise_beside(items)
    return items


def moment(fields: Fields, *names: str) -> datetime | None:
    """The first of these times that can be read: seconds or milliseconds since 1970, as a number or in digits."""
    for name in names:
        written = fields.identifier(name, limit=40)
        if written.isascii() and written.isdigit() and len(written) < 17:
            number = int(written)
            seconds = number / 1000 if number >= _MILLISECONDS_FROM else float(number)
            if 0 < seconds < _LAST_SECOND:
                return datetime.fromtimestamp(seconds, tz=UTC)
    return None


def ignored(reason: str, fields: Fields, place: Place, *parts: str) -> Ignored:
    """An event of no interest, kept with its reason."""
    at = moment(fields, "timestamp", "created_time") or place.at
    key = digest("ignored", reason, place.entry_id, at.isoformat() if at else "", *parts)
    return Ignored(dedup_key=key, reason=reason[:200], sent_at=at)


def _events(
    document: Any, account: Account, readers: Readers, received_at: datetime | None, faults: Faults
) -> Iterator[tuple[EventReader, Fields, Place]]:
    # The documentation's examples stand in a list, deliveries do not.
    deliveries = document if isinstance(document, list) else [document]
    for number, delivery in enumerate(deliveries[:MAX_ENTRIES]):
        with faults.collected():
            envelope = Fields(delivery, place=f"delivery {number}")
            name = envelope.text("object", is_required=True, limit=100)
            for entry in envelope.events("entry", limit=MAX_ENTRIES, faults=faults):
                with faults.collected():
                    entry_id = entry.identifier("id", limit=MAX_ID_CHARACTERS)
                    place = Place(account=account, entry_id=entry_id, at=moment(entry, "time") or received_at)
                    reason = _foreign(name, entry_id, account)
                    if reason:
                        yield _ignore_as(reason), entry, place
                    else:
                        yield from _of_entry(entry, place, readers, faults)


def _foreign(object_name: str, entry_id: str, account: Account) -> str:
    if object_name != account.object_name:
        return f"object:{object_name}"
    is_other = bool(account.account_id) and entry_id != account.account_id
    return "other_account" if is_other else ""


def _of_entry(
    entry: Fields, place: Place, readers: Readers, faults: Faults
) -> Iterator[tuple[EventReader, Fields, Place]]:
    found = False
    for name in ("messaging", "standby"):
        for event in entry.events(name, limit=MAX_EVENTS, faults=faults):
            found = True
            yield readers.messaging, event, _at(place, is_standby=name == "standby")
    changes = entry.events("changes", limit=MAX_EVENTS, faults=faults)
    if not changes and entry.text("field", limit=100):
        changes = [entry]
    for change in changes:
        found = True
        with faults.collected():
            yield _change_reader(change, place, readers)
    if not found:
        yield _ignore_as("empty"), entry, place


def _change_reader(change: Fields, place: Place, readers: Readers) -> tuple[EventReader, Fields, Place]:
    field = change.text("field", limit=100)
    value = change.object("value")
    if value is None or (field not in readers.changes and field not in readers.messaging_fields):
        return _ignore_as(f"unknown:{field or 'change'}"), change, place
    if field in readers.messaging_fields:
        return readers.messaging, value, _at(place, is_standby=field == "standby")
    return readers.changes[field], value, place


def _at(place: Place, *, is_standby: bool) -> Place:
    return Place(account=place.account, entry_id=place.entry_id, at=place.at, is_standby=is_standby)


def _ignore_as(reason: str) -> EventReader:
    return lambda fields, place: [ignored(reason, fields, place, fields.place)]
