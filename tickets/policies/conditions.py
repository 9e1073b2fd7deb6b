"""Conditions as data: what rules and policies ask of a ticket. Pure; evaluation is linear in the text it reads.

    {"all": [{"field": "channel_kind", "test": "is", "value": "whatsapp"}, {"field": "crm.plan", "test": "is", "value": "gold"}],
     "any": [{"field": "text", "test": "contains", "value": ["refund", "money back"]}]}

"all" and "any" must both hold; both empty hold for everything. ``facts`` is a mapping from field to value; a missing fact is None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

import re2
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text

Type = Literal["choice", "text", "number", "flag", "set"]

MOST_CONDITIONS = 50
MOST_VALUES = 200
LONGEST_VALUE = 500
LONGEST_TEXT = 20_000


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something that can be asked of a ticket. ``source`` names where a form takes the choices from."""

    label: str | Promise
    type: Type
    source: str = ""


# Fields that begin with "crm." (attributes of the customer) and "event." (seconds since such a CRM event) exist as well.
FIELDS: dict[str, Field] = {
    "channel": Field(label=gettext_lazy("channel"), type="choice", source="channels"),
    "channel_kind": Field(label=gettext_lazy("kind of channel"), type="choice", source="channel_kinds"),
    "visibility": Field(label=gettext_lazy("visibility"), type="choice", source="visibilities"),
    "team": Field(label=gettext_lazy("team"), type="choice", source="teams"),
    "assignee": Field(label=gettext_lazy("assignee"), type="choice", source="agents"),
    "topic": Field(label=gettext_lazy("topic"), type="choice", source="topics"),
    "status": Field(label=gettext_lazy("status"), type="choice", source="statuses"),
    "priority": Field(label=gettext_lazy("priority"), type="choice", source="priorities"),
    "language": Field(label=gettext_lazy("language"), type="choice", source="languages"),
    "sentiment": Field(label=gettext_lazy("sentiment"), type="choice", source="sentiments"),
    "customer": Field(label=gettext_lazy("customer"), type="choice", source="customers"),
    "organization": Field(label=gettext_lazy("organisation"), type="choice", source="organizations"),
    "is_vip": Field(label=gettext_lazy("VIP"), type="flag"),
    "tags": Field(label=gettext_lazy("tags"), type="set", source="tags"),
    "subject": Field(label=gettext_lazy("subject"), type="text"),
    "text": Field(label=gettext_lazy("text of the message"), type="text"),
    "sender": Field(label=gettext_lazy("address of the sender"), type="text"),
    "priority_score": Field(label=gettext_lazy("priority score"), type="number"),
    "waiting_seconds": Field(label=gettext_lazy("time the customer waits"), type="number"),
    "age_seconds": Field(label=gettext_lazy("time since it was opened"), type="number"),
    "reopen_count": Field(label=gettext_lazy("times reopened"), type="number"),
    "contact_number": Field(label=gettext_lazy("number of the contact"), type="number"),
    "is_open_hours": Field(label=gettext_lazy("the team is there"), type="flag"),
    "is_auto_reply": Field(label=gettext_lazy("automatic message"), type="flag"),
    "has_attachment": Field(label=gettext_lazy("has a file"), type="flag"),
    "sla_metric": Field(label=gettext_lazy("time limit that comes near or is missed"), type="choice", source="metrics"),
}

TESTS: dict[Type, tuple[str, ...]] = {
    "choice": ("is", "is_not", "is_set", "is_empty"),
    "text": ("contains", "contains_not", "is", "is_not", "starts_with", "ends_with", "matches", "is_set", "is_empty"),
    "number": ("is", "greater", "less", "is_set", "is_empty"),
    "flag": ("is",),
    "set": ("has", "has_not", "is_set", "is_empty"),
}
_WITHOUT_VALUE = ("is_set", "is_empty")


class Facts(Protocol):
    """Anything that knows the values of fields; a plain dict does."""

    def get(self, field: str, /) -> Any:
        """The value, or None."""


def holds(conditions: Mapping[str, Any], facts: Facts) -> bool:
    """Whether valid conditions hold. Facts are only asked for when a condition needs them."""
    every, some = conditions.get("all") or (), conditions.get("any") or ()
    return all(_holds(one, facts) for one in every) and (not some or any(_holds(one, facts) for one in some))


def speaking_for(conditions: Mapping[str, Any], facts: Facts) -> list[Mapping[str, Any]]:
    """Of conditions that hold, those that speak for it: every one of "all", and of "any" those that hold."""
    some = [one for one in conditions.get("any") or () if _holds(one, facts)]
    return [*(conditions.get("all") or ()), *some]


def speaking_against(conditions: Mapping[str, Any], facts: Facts) -> list[Mapping[str, Any]]:
    """Why conditions do not hold: those of "all" that do not, and all of "any" where none does."""
    failing = [one for one in conditions.get("all") or () if not _holds(one, facts)]
    some = conditions.get("any") or ()
    return failing + ([] if any(_holds(one, facts) for one in some) else list(some))


def fields_of(conditions: Mapping[str, Any]) -> frozenset[str]:
    """The facts that the conditions ask for."""
    return frozenset(one["field"] for one in [*(conditions.get("all") or ()), *(conditions.get("any") or ())])


def check_conditions(conditions: Any, *, fields: Sequence[str] | None = None) -> dict[str, Any]:
    """The conditions in their one valid form. Raises InvalidInput with the place of the first fault (such as "all.2.value").

    ``fields``: the only ones that may be asked for; None: all.
    """
    if not isinstance(conditions, Mapping):
        raise _fault("conditions", _("Conditions are an object with “all” and “any”."))
    unknown = set(conditions) - {"all", "any"}
    if unknown:
        raise _fault("conditions", _("Conditions are an object with “all” and “any”."))
    checked: dict[str, Any] = {}
    for group in ("all", "any"):
        entries = conditions.get(group) or []
        if not isinstance(entries, list) or len(entries) > MOST_CONDITIONS:
            raise _fault(group, _("At most %(most)s conditions.") % {"most": MOST_CONDITIONS})
        checked[group] = [_checked(entry, f"{group}.{place}", fields) for place, entry in enumerate(entries)]
    return {group: entries for group, entries in checked.items() if entries}


def field_type(name: str) -> Type | None:
    """The type of a field, those of the CRM included; None for an unknown one."""
    if name.startswith("crm.") and 4 < len(name) <= 104:
        return "text"
    if name.startswith("event.") and 6 < len(name) <= 106:
        return "number"
    known = FIELDS.get(name)
    return known.type if known else None


def _checked(entry: Any, place: str, fields: Sequence[str] | None) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or set(entry) - {"field", "test", "value"}:
        raise _fault(place, _("A condition has a field, a test and a value."))
    name, test = entry.get("field"), entry.get("test")
    kind = field_type(name) if isinstance(name, str) and clean_text(name) == name else None
    if kind is None or (fields is not None and name not in fields and not str(name).startswith(("crm.", "event."))):
        raise _fault(f"{place}.field", _("This cannot be asked of a ticket here."))
    # An attribute of the customer may be a number: it can be compared, too.
    tests = TESTS[kind] + (("greater", "less") if str(name).startswith("crm.") else ())
    if test not in tests:
        raise _fault(f"{place}.test", _("This test does not fit the field."))
    if test in _WITHOUT_VALUE:
        return {"field": name, "test": test}
    return {"field": name, "test": test, "value": _checked_value(kind, str(test), entry.get("value"), f"{place}.value")}


def _checked_value(kind: Type, test: str, value: Any, place: str) -> Any:
    if kind == "flag":
        if not isinstance(value, bool):
            raise _fault(place, _("Choose yes or no."))
        return value
    if kind == "number" or test in ("greater", "less"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 10**12:
            raise _fault(place, _("Give a number."))
        return value
    values = value if isinstance(value, list) else [value]
    if not values or len(values) > MOST_VALUES:
        raise _fault(place, _("Choose at least one value."))
    values = [clean_text(one) if isinstance(one, str) else one for one in values]
    for one in values:
        if isinstance(one, bool) or not isinstance(one, str | int) or (isinstance(one, str) and not one.strip()):
            raise _fault(place, _("Choose at least one value."))
        if isinstance(one, str) and len(one) > LONGEST_VALUE:
            raise _fault(place, _("At most %(most)s characters.") % {"most": LONGEST_VALUE})
        if test == "matches" and _pattern(str(one)) is None:
            raise _fault(place, _("This is no valid pattern."))
    return values


def _fault(place: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_conditions", text, fields={place: text})


def _holds(condition: Mapping[str, Any], facts: Facts) -> bool:
    fact = facts.get(condition["field"])
    test = condition["test"]
    if test == "is_set":
        return not _is_empty(fact)
    if test == "is_empty":
        return _is_empty(fact)
    return _TESTS[test](fact, condition["value"])


def _is_empty(fact: Any) -> bool:
    return fact is None or fact == "" or (isinstance(fact, Sequence | frozenset | set) and not fact)


def _is(fact: Any, value: Any) -> bool:
    if isinstance(value, list):
        return any(_same(fact, one) for one in value)
    return bool(fact == value) if not isinstance(value, bool) else bool(fact) == value


def _same(fact: Any, value: Any) -> bool:
    if isinstance(fact, str) and not isinstance(value, bool):
        return fact.casefold() == str(value).casefold()
    return bool(fact == value) or (fact is not None and str(fact) == str(value))


def _compare(fact: Any, value: Any, wins: Callable[[float, float], bool]) -> bool:
    try:
        return wins(float(fact), float(value))
    except (TypeError, ValueError, OverflowError):
        return False


def _texts(fact: Any, values: Any, found: Callable[[str, str], bool]) -> bool:
    text = str(fact)[:LONGEST_TEXT].casefold() if fact is not None else ""
    return any(found(text, str(value).casefold()) for value in values)


def _matches(fact: Any, values: Any) -> bool:
    text = str(fact)[:LONGEST_TEXT] if fact is not None else ""
    return any(pattern.search(text) is not None for pattern in map(_pattern, map(str, values)) if pattern is not None)


def _has(fact: Any, values: Any) -> bool:
    folded = {str(one).casefold() for one in fact or ()}
    return any(str(value).casefold() in folded for value in values)


@lru_cache(maxsize=1000)
def _pattern(text: str) -> Any:
    """RE2 needs linear time whatever an administrator writes; None for a pattern that it cannot read."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(text, options)
    except re2.error:
        return None


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": _is,
    "is_not": lambda fact, value: not _is(fact, value),
    "contains": lambda fact, value: _texts(fact, value, lambda text, word: word in text),
    "contains_not": lambda fact, value: not _texts(fact, value, lambda text, word: word in text),
    "starts_with": lambda fact, value: _texts(fact, value, str.startswith),
    "ends_with": lambda fact, value: _texts(fact, value, str.endswith),
    "matches": _matches,
    "greater": lambda fact, value: _compare(fact, value, lambda left, right: left > right),
    "less": lambda fact, value: _compare(fact, value, lambda left, right: left < right),
    "has": _has,
    "has_not": lambda fact, value: not _has(fact, value),
}
