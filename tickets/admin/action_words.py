"""Actions as a sentence: “set the priority: urgent”."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.policies.actions import ACTIONS, Parameter
from tickets.selectors.rule_choices import choices_of

Names = Mapping[str, Mapping[str, str]]
_LONGEST_NOTE = 60


def names_for(lists: Iterable[Sequence[Mapping[str, Any]]]) -> dict[str, dict[str, str]]:
    """What the values of all these actions are called, by source: one look-up a source."""
    wanted: dict[str, list[Any]] = {}
    for action in (action for actions in lists for action in actions):
        kind = ACTIONS.get(action.get("do", ""))
        for key, parameter in kind.parameters.items() if kind is not None else ():
            if parameter.source and key in action:
                value = action[key]
                wanted.setdefault(parameter.source, []).extend(value if isinstance(value, list) else [value])
    return {source: dict(choices_of(source, chosen=values)) for source, values in wanted.items()}


def action_words(action: Mapping[str, Any], names: Names) -> str:
    """One action in words; ``names`` as ``names_for`` gives them."""
    kind = ACTIONS.get(action.get("do", ""))
    if kind is None:
        return str(action.get("do", ""))
    values = [_value(kind.parameters[key], action[key], names) for key in kind.parameters if action.get(key)]
    return f"{kind.label}: {', '.join(values)}" if values else str(kind.label)


def _value(parameter: Parameter, value: Any, names: Names) -> str:
    known = names.get(parameter.source, {})
    if isinstance(value, list):
        return ", ".join(known.get(str(one), str(one)) for one in value)
    if parameter.type == "seconds":
        return _span(int(value))
    text = known.get(str(value), str(value))
    return text if len(text) <= _LONGEST_NOTE else f"{text[:_LONGEST_NOTE]}…"


def _span(seconds: int) -> str:
    for size, words in ((86_400, ("%(n)d day", "%(n)d days")), (3_600, ("%(n)d hour", "%(n)d hours"))):
        if seconds >= size and seconds % size == 0:
            return ngettext(*words, seconds // size) % {"n": seconds // size}
    return _("%(n)d min") % {"n": max(1, seconds // 60)}
