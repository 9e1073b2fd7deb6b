"""The time limits that every installation starts with: for small teams, who are there for each other and not around the clock.

All of them count around the clock, because that is how a customer waits. Business hours are there for whoever chooses them.
"""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tickets.models import SLAPolicy, Ticket
from tickets.services.actors import Actor
from tickets.services.sla_policies import TargetInput, save_policy
from tickets.services.sla_presets import PRESETS

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WHILE_OTHERS_ACT = ("pending", "on_hold")
_MESSAGING = (
    TargetInput(metric="first_response", seconds=_HOUR, warn_before_seconds=15 * _MINUTE),
    TargetInput(metric="next_response", seconds=2 * _HOUR, warn_before_seconds=30 * _MINUTE),
    TargetInput(metric="resolution", seconds=2 * _DAY, warn_before_seconds=4 * _HOUR, pauses=_WHILE_OTHERS_ACT),
)
_OTHERS = (
    TargetInput(metric="first_response", seconds=_DAY, warn_before_seconds=4 * _HOUR),
    TargetInput(metric="next_response", seconds=_DAY, warn_before_seconds=4 * _HOUR),
    TargetInput(metric="resolution", seconds=5 * _DAY, warn_before_seconds=_DAY, pauses=_WHILE_OTHERS_ACT),
)


@transaction.atomic
def ensure_preset_policies() -> int:
    """Make the preset where there has never been a policy; returns how many were made. Who changes or removes them keeps that.

    Where tickets are there already they are made switched off: nobody shall find his desk late overnight by limits he never chose.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sla preset', 0))")
    if SLAPolicy.everything.exists():
        return 0
    messaging = PRESETS["one_hour"]
    is_active = not Ticket.objects.exists()
    _make(str(messaging.name), str(messaging.description), messaging.conditions(), _MESSAGING, is_active=is_active)
    text = _("The first answer within a day, solved within five; waiting for others does not count.")
    _make(_("Mail and everything else"), text, {}, _OTHERS, is_active=is_active)
    return 2


def _make(name: str, description: str, conditions: Any, targets: tuple[TargetInput, ...], *, is_active: bool) -> None:
    # Whom a limit concerns is told of it without any action.
    save_policy(
        actor=Actor.system(),
        policy_id=None,
        name=name,
        description=description,
        is_active=is_active,
        conditions=conditions,
        targets=targets,
        warning_actions=[],
        breach_actions=[],
        position=None,
    )
