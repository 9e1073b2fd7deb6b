"""Rules and what they decided, in words of the active language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import Trigger
from tickets.policies.actions import ACTIONS
from tickets.policies.conditions import FIELDS
from tickets.policies.time_words import short_span
from tickets.selectors.rule_choices import choices_of
from tickets.services.waiting_rules import SINCE

MOST_VALUES = 4
TIMES = ("waiting_seconds", "age_seconds")
TEST_WORDS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "is_set": gettext_lazy("is known"),
    "is_empty": gettext_lazy("is not known"),
    "contains": gettext_lazy("contains"),
    "contains_not": gettext_lazy("does not contain"),
    "starts_with": gettext_lazy("begins with"),
    "ends_with": gettext_lazy("ends with"),
    "matches": gettext_lazy("matches the pattern"),
    "greater": gettext_lazy("is more than"),
    "less": gettext_lazy("is less than"),
    "has": gettext_lazy("has one of"),
    "has_not": gettext_lazy("has none of"),
}
_REASONS: dict[str, Any] = {
    "ticket_closed": gettext_lazy("the ticket was closed"),
    "unknown_topic": gettext_lazy("there is no such topic any more"),
    "unknown_team": gettext_lazy("there is no such team any more"),
    "unknown_assignee": gettext_lazy("that person is not there any more, or may not answer"),
    "assignee_outside_team": gettext_lazy("that person may not see the team's tickets"),
    "said_by_person": gettext_lazy("a person had chosen the topic"),
    "wrong_status": gettext_lazy("the ticket's status does not allow it"),
    "snoozed_already": gettext_lazy("it was put aside already"),
    "nobody_to_tell": gettext_lazy("there was nobody to tell"),
    "too_deep": gettext_lazy("too many rules had set each other off"),
    "acted_before": gettext_lazy("it had acted on this already, and rules must not go round in circles"),
    "auto_reply": gettext_lazy("the message was an automatic one"),
    "spoken_lately": gettext_lazy("a rule had written to the customer within the last hour"),
    "not_available": gettext_lazy("this cannot be done here"),
    "failed": gettext_lazy("it failed; the log of the server says why"),
}


class Names:
    """The words for keys, each source read at most once. Make one for each page."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def of(self, source: str, value: Any) -> str:
        """The label of a value of that source."""
        key = str(value)
        known = self._known.setdefault(source, {})
        if not known:
            known.update(choices_of(source))
        if key not in known:
            known.update(choices_of(source, chosen=[key]))
        return known.get(key, key)


def reason_words(code: str) -> str:
    """Why something was skipped."""
    return str(_REASONS.get(code, code.replace("_", " ")))


def trigger_words(triggers: Iterable[str], after_seconds: int | None = None, since: str = "") -> str:
    """When a rule looks at tickets."""
    labels = dict(Trigger.choices)
    words = [str(labels.get(trigger, trigger)) for trigger in triggers if trigger != Trigger.TIME]
    if Trigger.TIME in triggers and since in SINCE:
        words.append(
            _("%(time)s since %(what)s") % {"time": short_span(after_seconds or 0), "what": SINCE[since].label}
        )
    return ", ".join(words)


def conditions_words(conditions: Mapping[str, Any], names: Names) -> list[str]:
    """One line a condition; those of which one is enough stand in one line."""
    lines = [condition_words(one, names) for one in conditions.get("all") or ()]
    some = [condition_words(one, names) for one in conditions.get("any") or ()]
    if some:
        lines.append(_("one of: %(what)s") % {"what": "; ".join(some)} if len(some) > 1 else some[0])
    return lines


def condition_words(condition: Mapping[str, Any], names: Names) -> str:
    """ "Channel is WhatsApp or Telegram"."""
    name, test = condition["field"], condition["test"]
    field = FIELDS.get(name)
    value = condition.get("value")
    if name.startswith("crm."):
        label = _("customer's “%(name)s”") % {"name": name[4:]}
    elif name.startswith("event."):
        label = _("time since “%(name)s”") % {"name": name[6:]}
    else:
        label = str(field.label) if field is not None else name
    if isinstance(value, bool):
        return capfirst(label if value else _("not: %(what)s") % {"what": label})
    says = f"{label} {TEST_WORDS.get(test, test)}"
    if test in ("is_set", "is_empty"):
        return capfirst(says)
    source = field.source if field is not None else ""
    return capfirst(f"{says} {_values(name, value, source, names)}")


def _values(name: str, value: Any, source: str, names: Names) -> str:
    if name in TIMES or name.startswith("event."):
        return short_span(int(value)) if isinstance(value, int | float) else str(value)
    values = value if isinstance(value, list) else [value]
    told = [names.of(source, one) if source else _quoted(one) for one in values[:MOST_VALUES]]
    more = [_("%(count)s more") % {"count": len(values) - MOST_VALUES}] if len(values) > MOST_VALUES else []
    return _(" or ").join(told + more)


def _quoted(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)


def action_words(action: Mapping[str, Any], names: Names) -> str:
    """ "Set the priority: urgent"."""
    kind = ACTIONS.get(action["do"])
    if kind is None:
        return str(action["do"])
    parts = []
    for key, parameter in kind.parameters.items():
        value = action.get(key)
        if value in (None, "", []):
            continue
        values = value if isinstance(value, list) else [value]
        if parameter.type == "seconds":
            parts.append(short_span(int(values[0])))
        elif parameter.source and parameter.type != "names":
            parts.append(", ".join(names.of(parameter.source, one) for one in values))
        else:
            parts.append(", ".join(_shortened(str(one)) for one in values))
    label = capfirst(str(kind.label))
    return f"{label}: {' · '.join(parts)}" if parts else label


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def outcome_words(outcome: Mapping[str, Any], names: Names) -> str:
    """What came of an action, or would have come: "Priority: normal → urgent"."""
    what = _what(outcome, names)
    if outcome["state"] == "skipped":
        return _("Not done – %(what)s: %(why)s") % {"what": what, "why": reason_words(outcome.get("reason", ""))}
    if outcome["state"] == "unchanged":
        return _("Nothing to do – %(what)s: it was so already") % {"what": what}
    return what


def _what(outcome: Mapping[str, Any], names: Names) -> str:
    do = outcome["do"]
    kind = ACTIONS.get(do)
    if kind is None:
        return str(do)
    source = kind.parameters["to"].source if "to" in kind.parameters else ""
    if source and "to" in outcome:
        to = names.of(source, outcome["to"])
        before = outcome.get("from")
        said = names.of(_BEFORE.get(source, source), before) if before not in (None, "") else ""
        return f"{capfirst(str(kind.label))}: {said} → {to}" if said else f"{capfirst(str(kind.label))}: {to}"
    if do in ("add_tags", "remove_tags"):
        return f"{capfirst(str(kind.label))}: {', '.join(outcome.get('tags', ()))}"
    if do == "notify" and outcome.get("people"):
        people = ", ".join(names.of("agents", pk) for pk in outcome["people"][:MOST_VALUES])
        return f"{capfirst(str(kind.label))}: {people}"
    known = {key: value for key, value in outcome.items() if key in kind.parameters}
    return action_words({"do": do} | known, names)


# A status can have been any, while only some can be set.
_BEFORE = {"settable_statuses": "statuses"}
