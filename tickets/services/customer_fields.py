"""What a merged customer gives to the one who stays, and takes back: the columns of his own row."""

from datetime import datetime
from typing import Any

from tickets.models import Customer, CustomerMerge

# Columns that are filled where the one who stays has nothing.
_FILLED = ("language", "time_zone", "preferred_channel_id", "organization_id")
_PARAGRAPH = "\n\n"
Conflicts = list[tuple[str, str]]


def give_fields(winner: Customer, loser: Customer) -> tuple[dict[str, Any], Conflicts]:
    """Fill what the winner lacks; nothing of his is written over. Neither is saved.

    Returns what ``take_fields_back`` needs (see CustomerMerge.moved), and what differs: ("attribute", name), ("external_id", it),
    ("is_blocked", "").
    """
    before = {name: getattr(winner, name) for name in (*_FILLED, "is_vip", "do_not_survey_until")}
    for name in _FILLED:
        setattr(winner, name, getattr(winner, name) or getattr(loser, name))
    winner.is_vip = winner.is_vip or loser.is_vip
    dates = [date for date in (winner.do_not_survey_until, loser.do_not_survey_until) if date is not None]
    winner.do_not_survey_until = max(dates, default=None)
    fields = {
        name: {"before": _plain(value), "after": _plain(getattr(winner, name))}
        for name, value in before.items()
        if getattr(winner, name) != value
    }
    given = {name: value for name, value in loser.attributes.items() if name not in winner.attributes}
    conflicts = [
        ("attribute", name)
        for name, value in loser.attributes.items()
        if winner.attributes.get(name, given.get(name)) != value
    ]
    winner.attributes = winner.attributes | given
    note = loser.note if loser.note and loser.note not in winner.note else ""
    if note:
        winner.note = _PARAGRAPH.join(part for part in (winner.note, note) if part)
    external_id = ""
    if loser.external_id and not winner.external_id:
        external_id = winner.external_id = loser.external_id
        # First out of the one row, then into the other: an id belongs to one customer at every moment.
        loser.external_id = ""
        loser.save(update_fields=["external_id"])
    elif loser.external_id:
        conflicts.append(("external_id", loser.external_id))
    if loser.is_blocked and not winner.is_blocked:
        conflicts.append(("is_blocked", ""))
    return {"fields": fields, "attributes": given, "note": note, "external_id": external_id}, conflicts


def take_fields_back(winner: Customer, loser: Customer, merge: CustomerMerge) -> Conflicts:
    """Undo ``give_fields`` wherever nobody has changed the value since; saves the winner. Returns ("changed_since", column)."""
    moved, conflicts = merge.moved, list[tuple[str, str]]()
    for name, change in moved["fields"].items():
        current = _plain(getattr(winner, name))
        if current == change["after"]:
            setattr(winner, name, _value(name, change["before"]))
        elif current != change["before"] and not _hand_down(merge, name, change):
            conflicts.append(("changed_since", name))
    for name, value in moved["attributes"].items():
        if winner.attributes.get(name) == value:
            del winner.attributes[name]
        elif name in winner.attributes:
            conflicts.append(("changed_since", f"attributes.{name}"))
    if moved["note"] and moved["note"] in winner.note:
        winner.note = _without(winner.note, moved["note"])
    elif moved["note"]:
        conflicts.append(("changed_since", "note"))
    if moved["external_id"]:
        conflicts += _take_external_id_back(winner, loser, moved["external_id"])
    winner.save()
    return conflicts


def _hand_down(merge: CustomerMerge, name: str, change: dict[str, Any]) -> bool:
    """A later merge has built on the value: it shall go back to what was there before this one. Whether there is such a merge."""
    later = CustomerMerge.objects.filter(winner=merge.winner_id, undone_at=None, pk__gt=merge.pk).order_by("pk")
    for other in later:
        built = other.moved["fields"].get(name)
        if built is not None and built["before"] == change["after"]:
            built["before"] = change["before"]
            other.save(update_fields=["moved"])
            return True
    return False


def _take_external_id_back(winner: Customer, loser: Customer, external_id: str) -> Conflicts:
    """``loser`` is saved by the caller, after the winner."""
    if winner.external_id == external_id:
        winner.external_id = ""
    elif Customer.objects.filter(external_id=external_id).exists():
        return [("changed_since", "external_id")]
    if loser.external_id:
        return [("changed_since", "external_id")]
    loser.external_id = external_id
    return []


def _without(text: str, part: str) -> str:
    """The text without one of its paragraphs."""
    before, _found, after = text.partition(part)
    return _PARAGRAPH.join(
        piece for piece in (before.removesuffix(_PARAGRAPH), after.removeprefix(_PARAGRAPH)) if piece
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name == "do_not_survey_until" and value else value
