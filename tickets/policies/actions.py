"""Actions as data: what rules, policies and macros do to a ticket. Pure.

    [{"do": "set_priority", "to": "urgent"}, {"do": "add_tags", "tags": ["refund"]}, {"do": "assign_team", "to": 3}]

They are carried out in this order. What each does to a ticket is in policies/action_plans.py; services/actions.py does it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text, one_line

ParameterType = Literal["choice", "choices", "names", "text", "long_text", "seconds"]

MOST_ACTIONS = 20
MOST_NAMES = 20
LONGEST_NAME = 60
LONGEST_TEXT = 2000
LONGEST_TIME = 366 * 24 * 3600
# Whom a notification can go to, besides "user:<key>".
PEOPLE = ("assignee", "team", "leads")
WAYS = ("admin", "mail")
STATUSES = ("open", "pending", "on_hold", "resolved")
PRIORITIES = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One value of an action. ``source`` names where a form takes the choices from; ``is_key``: the value is the key of a row."""

    label: str | Promise
    type: ParameterType
    source: str = ""
    is_key: bool = False
    is_required: bool = True
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionKind:
    """One thing that can be done to a ticket."""

    label: str | Promise
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def _to(source: str, label: str | Promise, **more: Any) -> dict[str, Parameter]:
    return {"to": Parameter(label=label, type="choice", source=source, **more)}


ACTIONS: dict[str, ActionKind] = {
    "set_priority": ActionKind(
        label=gettext_lazy("set the priority"),
        parameters=_to("priorities", gettext_lazy("priority"), values=PRIORITIES),
    ),
    "set_topic": ActionKind(
        label=gettext_lazy("set the topic"), parameters=_to("topics", gettext_lazy("topic"), is_key=True)
    ),
    "set_language": ActionKind(
        label=gettext_lazy("set the language"), parameters=_to("languages", gettext_lazy("language"))
    ),
    "add_tags": ActionKind(
        label=gettext_lazy("add tags"),
        parameters={"tags": Parameter(label=gettext_lazy("tags"), type="names", source="tags")},
    ),
    "remove_tags": ActionKind(
        label=gettext_lazy("remove tags"),
        parameters={"tags": Parameter(label=gettext_lazy("tags"), type="names", source="tags")},
    ),
    "assign_team": ActionKind(
        label=gettext_lazy("give it to a team"), parameters=_to("teams", gettext_lazy("team"), is_key=True)
    ),
    "assign_agent": ActionKind(
        label=gettext_lazy("give it to a person"), parameters=_to("agents", gettext_lazy("person"), is_key=True)
    ),
    "assign_automatically": ActionKind(label=gettext_lazy("let the team's free people take it")),
    "unassign": ActionKind(label=gettext_lazy("take it from its assignee")),
    "set_status": ActionKind(
        label=gettext_lazy("set the status"),
        parameters=_to("settable_statuses", gettext_lazy("status"), values=STATUSES),
    ),
    "snooze": ActionKind(
        label=gettext_lazy("put it aside"),
        parameters={"seconds": Parameter(label=gettext_lazy("for"), type="seconds")},
    ),
    "mark_spam": ActionKind(label=gettext_lazy("mark it as spam")),
    "add_note": ActionKind(
        label=gettext_lazy("write an internal note"),
        parameters={"text": Parameter(label=gettext_lazy("text"), type="long_text")},
    ),
    "notify": ActionKind(
        label=gettext_lazy("tell people"),
        parameters={
            "who": Parameter(label=gettext_lazy("whom"), type="choices", source="people"),
            "by": Parameter(
                label=gettext_lazy("how"), type="choices", source="ways_to_tell", values=WAYS, is_required=False
            ),
            "text": Parameter(label=gettext_lazy("text"), type="text", is_required=False),
        },
    ),
    "reply": ActionKind(
        label=gettext_lazy("answer with a quick reply"),
        parameters={
            "quick_reply": Parameter(
                label=gettext_lazy("quick reply"), type="choice", source="quick_replies", is_key=True
            ),
            "status_after": Parameter(
                label=gettext_lazy("then"), type="choice", source="statuses_after", is_required=False,
                values=("pending", "resolved"),
            ),
        },
    ),
    "run_macro": ActionKind(
        label=gettext_lazy("run a macro"),
        parameters={"macro": Parameter(label=gettext_lazy("macro"), type="choice", source="macros", is_key=True)},
    ),
    "hand_to_bot": ActionKind(
        label=gettext_lazy("give it to a bot"),
        parameters={"bot": Parameter(label=gettext_lazy("bot"), type="choice", source="bots", is_key=True)},
    ),
}  # fmt: skip


def check_actions(actions: Any, *, allowed: Collection[str] | None = None) -> list[dict[str, Any]]:
    """The actions in their one valid form. Raises InvalidInput with the place of the first fault (such as "1.to").

    ``allowed``: the only ones that may be used; None: all. Whether the team, person or topic exists is not asked here.
    """
    if not isinstance(actions, list):
        raise _fault("actions", _("Actions are a list."))
    if len(actions) > MOST_ACTIONS:
        raise _fault("actions", _("At most %(most)s actions.") % {"most": MOST_ACTIONS})
    return [_checked(entry, str(place), allowed) for place, entry in enumerate(actions)]


def _checked(entry: Any, place: str, allowed: Collection[str] | None) -> dict[str, Any]:
    name = entry.get("do") if isinstance(entry, Mapping) else None
    kind = ACTIONS.get(name) if isinstance(name, str) else None
    if kind is None or (allowed is not None and name not in allowed):
        raise _fault(f"{place}.do", _("This cannot be done here."))
    unknown = set(entry) - {"do"} - set(kind.parameters)
    if unknown:
        raise _fault(f"{place}.{min(map(str, unknown))}", _("This action has no such value."))
    checked: dict[str, Any] = {"do": name}
    for key, parameter in kind.parameters.items():
        value = entry.get(key)
        if value in (None, "", []):
            if parameter.is_required:
                raise _fault(f"{place}.{key}", _("Say what is meant."))
            continue
        checked[key] = _checked_value(parameter, value, f"{place}.{key}")
    return checked


def _checked_value(parameter: Parameter, value: Any, place: str) -> Any:
    if parameter.is_key:
        return _key(value, place)
    if parameter.type == "seconds":
        if isinstance(value, bool) or not isinstance(value, int) or not 60 <= value <= LONGEST_TIME:
            raise _fault(place, _("Give a time between a minute and a year."))
        return value
    if parameter.type in ("names", "choices"):
        return _names(parameter, value, place)
    longest = {"text": 200, "long_text": LONGEST_TEXT}.get(parameter.type, LONGEST_NAME)
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise _fault(place, _("Write 1 to %(most)s characters.") % {"most": longest})
    if parameter.values and value not in parameter.values:
        raise _fault(place, _("Choose one of the values that are offered."))
    return clean_text(value)


def _key(value: Any, place: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise _fault(place, _("Choose one of the values that are offered."))
    return value


def _names(parameter: Parameter, value: Any, place: str) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or len(names) > MOST_NAMES:
        raise _fault(place, _("At most %(most)s values.") % {"most": MOST_NAMES})
    for name in names:
        if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME:
            raise _fault(place, _("Write 1 to %(most)s characters.") % {"most": LONGEST_NAME})
        if parameter.values and name not in parameter.values:
            raise _fault(place, _("Choose one of the values that are offered."))
        if parameter.source == "people" and name not in PEOPLE:
            _key(name.removeprefix("user:") if name.startswith("user:") else "", place)
    clean = [one_line(clean_text(name)).strip() for name in names]
    if not all(clean):
        raise _fault(place, _("Write 1 to %(most)s characters.") % {"most": LONGEST_NAME})
    return list(dict.fromkeys(clean))


def _fault(place: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_actions", text, fields={place: text})
