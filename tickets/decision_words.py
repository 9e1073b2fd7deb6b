"""Decisions of rules, topics, assignment, bots and escalation, in words of the active language: why, why not, what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import HandoffRule
from tickets.rule_words import Names, condition_words, outcome_words, reason_words

MOST_OTHERS = 8
_PRAISE: dict[str, Any] = {
    "has_skill": gettext_lazy("has the skill for it"),
    "speaks_language": gettext_lazy("speaks the customer's language"),
    "next_in_turn": gettext_lazy("was next in turn"),
    "fewest_tickets": gettext_lazy("had the fewest open tickets"),
    "went_away": gettext_lazy("the one before was away for too long"),
}
_LOST: dict[str, Any] = {
    "had_it": gettext_lazy("had it before"),
    "not_here": gettext_lazy("is not here"),
    "full": gettext_lazy("has no room for more"),
    "lacks_skill": gettext_lazy("lacks the skill"),
    "other_language": gettext_lazy("speaks another language"),
    "later_turn": gettext_lazy("comes later in turn"),
    "busier": gettext_lazy("has more open tickets"),
}
_HAND_OFFS: dict[str, Any] = {
    "collected": gettext_lazy("it has asked all there was to ask"),
    "silence": gettext_lazy("it did not answer in time"),
    "crashed": gettext_lazy("it failed"),
    "failed": gettext_lazy("it failed"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Lines for a page: what spoke for it, what came of it, and why not otherwise."""

    why: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)


def decision_told(kind: str, data: Mapping[str, Any], names: Names) -> Told:
    """One decision in words; nothing for a kind that nobody has words for."""
    tell = _TELLERS.get(kind)
    return tell(data, names) if tell is not None else Told()


def _word(words: Mapping[str, Any], code: str) -> str:
    return str(words.get(code, code.replace("_", " ")))


def _rule(data: Mapping[str, Any], names: Names) -> Told:
    why = [condition_words(one, names) for one in data.get("held", ())] or [_("It has no conditions.")]
    outcomes = data.get("outcomes", ())
    came = [outcome_words(one, names) for one in outcomes if one["state"] == "done"]
    why_not = [outcome_words(one, names) for one in outcomes if one["state"] != "done"]
    if data.get("refused"):
        why_not.insert(0, _("Did nothing: %(why)s") % {"why": reason_words(data["refused"])})
    if data.get("stopped"):
        came.append(_("Later rules were not asked."))
    return Told(why=why, came=came, why_not=why_not)


def _assignment(data: Mapping[str, Any], names: Names) -> Told:
    chosen = data.get("chosen")
    others = list(dict(data.get("others") or {}).items())
    lost = [f"{names.of('agents', pk)}: {_word(_LOST, reason)}" for pk, reason in others[:MOST_OTHERS]]
    if len(others) > MOST_OTHERS:
        lost.append(_("%(count)s more") % {"count": len(others) - MOST_OTHERS})
    came = [_("Given to %(who)s") % {"who": names.of("agents", chosen)} if chosen else _("Nobody could take it.")]
    if data.get("returned_from"):
        came.insert(0, _("Taken back from %(who)s") % {"who": names.of("agents", data["returned_from"])})
    return Told(why=[_word(_PRAISE, code) for code in data.get("why", ())], came=came, why_not=lost)


def _topic(data: Mapping[str, Any], names: Names) -> Told:
    words = ", ".join(f"“{word}”" for word in data.get("words", ()))
    why = [_("The message says %(words)s") % {"words": words}] if words else []
    return Told(why=why, came=[_("Topic: %(topic)s") % {"topic": names.of("topics", data.get("topic"))}])


def _hand_off(data: Mapping[str, Any], names: Names) -> Told:
    reasons = {**_HAND_OFFS, **dict(HandoffRule.Kind.choices)}
    return Told(why=[_word(reasons, str(data.get("reason", "")))], came=[_("The bot handed over to people.")])


def _escalation(data: Mapping[str, Any], names: Names) -> Told:
    actions = data.get("actions", ())
    done = [outcome_words(one, names) for one in actions if one.get("state") == "done"]
    rest = [outcome_words(one, names) for one in actions if one.get("state") != "done"]
    limit = names.of("metrics", data.get("metric"))
    return Told(why=[_("Time limit: %(limit)s") % {"limit": limit}], came=done, why_not=rest)


_TELLERS: dict[str, Callable[[Mapping[str, Any], Names], Told]] = {
    "rule": _rule,
    "assignment": _assignment,
    "topic": _topic,
    "handoff": _hand_off,
    "escalation": _escalation,
}
