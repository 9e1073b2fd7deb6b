"""Rules to begin with, added switched off and with one click, and changed like every other rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import NotVisible
from tickets.models import RoutingRule
from tickets.services.actors import Actor
from tickets.services.rules import RuleInput, save_rule

_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A rule ready to be added."""

    name: str | Promise
    description: str | Promise
    triggers: tuple[str, ...]
    conditions: Mapping[str, Any]
    actions: Sequence[Mapping[str, Any]]
    after_seconds: int | None = None
    since: str = ""


PRESETS: dict[str, Preset] = {
    "money_back": Preset(
        name=gettext_lazy("Refunds are urgent"),
        description=gettext_lazy("Whoever asks for his money back gets a high priority and the tag “refund”."),
        triggers=("created", "message"),
        conditions={
            "any": [
                {"field": "text", "test": "contains", "value": ["refund", "money back"]},
                {"field": "subject", "test": "contains", "value": ["refund", "money back"]},
            ]
        },
        actions=[{"do": "set_priority", "to": "high"}, {"do": "add_tags", "tags": ["refund"]}],
    ),
    "angry_in_public": Preset(
        name=gettext_lazy("Angry in public: tell the leads"),
        description=gettext_lazy("A negative message that everybody can read becomes urgent, and the leads are told."),
        triggers=("created", "message"),
        conditions={
            "all": [
                {"field": "visibility", "test": "is", "value": ["public"]},
                {"field": "sentiment", "test": "is", "value": ["negative"]},
            ]
        },
        actions=[
            {"do": "set_priority", "to": "urgent"},
            {
                "do": "notify",
                "who": ["leads"],
                "by": ["admin", "mail"],
                "text": gettext_lazy("An angry customer writes in public"),
            },
        ],
    ),
    "waits_for_a_day": Preset(
        name=gettext_lazy("Nobody waits longer than a day"),
        description=gettext_lazy(
            "A customer who has waited for 24 hours gets a high priority, and the leads are told."
        ),
        triggers=("time",),
        conditions={},
        actions=[
            {"do": "set_priority", "to": "high"},
            {
                "do": "notify",
                "who": ["assignee", "leads"],
                "by": ["admin"],
                "text": gettext_lazy("A customer has waited for a day"),
            },
        ],
        after_seconds=_DAY,
        since="waiting_since",
    ),
}


def add_preset(*, code: str, actor: Actor) -> RoutingRule:
    """Add a preset behind the rules there are, switched off, so that it can be tried first. Raises NotVisible."""
    preset = PRESETS.get(code)
    if preset is None:
        raise NotVisible("preset_not_found", _("There is no such example."))
    given = RuleInput(
        name=_free_name(str(preset.name)), triggers=preset.triggers, conditions=preset.conditions,
        actions=[{key: str(value) if isinstance(value, Promise) else value for key, value in one.items()} for one in preset.actions],
        after_seconds=preset.after_seconds, since=preset.since, is_active=False,
    )  # fmt: skip
    return save_rule(actor=actor, rule_id=None, given=given)


def _free_name(name: str) -> str:
    taken = {one.casefold() for one in RoutingRule.objects.values_list("name", flat=True)}
    names = [name, *(f"{name} ({number})" for number in range(2, 100))]
    return next((one for one in names if one.casefold() not in taken), name)
