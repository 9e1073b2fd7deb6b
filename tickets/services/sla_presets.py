"""Time limits that a small team can begin with, set with one click and changed like every other policy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.registry import kinds
from helpdesk.common.errors import NotVisible
from tickets.models import SLAPolicy
from tickets.services.actors import Actor
from tickets.services.sla_policies import TargetInput, save_policy

# Kinds whose customers write letters, call, or are other systems: nobody expects an answer there while he waits at the screen.
_NOT_MESSAGING = frozenset({"email", "voice", "api"})
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A policy ready to be added. ``conditions`` is asked when it is added: what channels there are differs."""

    name: str | Promise
    description: str | Promise
    conditions: Callable[[], Mapping[str, Any]]
    targets: tuple[TargetInput, ...]
    is_first: bool = False


def _messaging_and_public() -> Mapping[str, Any]:
    messaging = [kind for kind in sorted(kinds()) if kind not in _NOT_MESSAGING]
    return {
        "any": [
            {"field": "channel_kind", "test": "is", "value": messaging},
            {"field": "visibility", "test": "is", "value": ["public"]},
        ]
    }


PRESETS: dict[str, Preset] = {
    "one_hour": Preset(
        name=gettext_lazy("One hour on messaging and public posts"),
        description=gettext_lazy("The first answer within an hour, around the clock, as customers there expect it."),
        conditions=_messaging_and_public,
        targets=(TargetInput(metric="first_response", seconds=_HOUR, warn_before_seconds=15 * 60),),
    ),
    "mail": Preset(
        name=gettext_lazy("Mail within a working day"),
        description=gettext_lazy("First answer within 8 business hours, solved within 24 business hours."),
        conditions=lambda: {"all": [{"field": "channel_kind", "test": "is", "value": ["email"]}]},
        targets=(
            TargetInput(metric="first_response", seconds=8 * _HOUR, clock="business", warn_before_seconds=_HOUR),
            TargetInput(
                metric="resolution",
                seconds=24 * _HOUR,
                clock="business",
                warn_before_seconds=4 * _HOUR,
                pauses=("pending", "on_hold"),
            ),
        ),
    ),
    "vip": Preset(
        name=gettext_lazy("VIP customers first"),
        description=gettext_lazy("Half an hour for the first answer to a VIP, an hour for every further one."),
        conditions=lambda: {"all": [{"field": "is_vip", "test": "is", "value": True}]},
        targets=(
            TargetInput(metric="first_response", seconds=_HOUR // 2, warn_before_seconds=10 * 60),
            TargetInput(metric="next_response", seconds=_HOUR, warn_before_seconds=15 * 60),
        ),
        is_first=True,
    ),
}


def add_preset(*, code: str, actor: Actor) -> SLAPolicy:
    """Add a preset as a policy in force. Raises NotVisible for an unknown one, InvalidInput when its name is there already."""
    preset = PRESETS.get(code)
    if preset is None:
        raise NotVisible("not_found", _("There is no such preset."))
    return save_policy(
        actor=actor,
        policy_id=None,
        name=str(preset.name),
        description=str(preset.description),
        is_active=True,
        conditions=preset.conditions(),
        targets=preset.targets,
        warning_actions=[{"do": "notify", "who": ["assignee", "team"], "by": ["admin"]}],
        breach_actions=[{"do": "notify", "who": ["assignee", "leads"], "by": ["admin"]}],
        position=0 if preset.is_first else None,
    )
