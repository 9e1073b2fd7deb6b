"""Recovery cases as a browser without scripts works on them, and one that is put right already."""

from typing import Any

from django.test import Client

from helpdesk.common.clock import now
from surveys.models import RecoveryCase, RootCause
from surveys.services.causes import ensure_root_causes
from surveys.services.recovery import (
    add_action,
    finish_action,
    send_apology,
    send_plan,
    tell_action,
    understand_case,
)
from tickets.services.actors import Actor

LIST = "/admin/surveys/recoverycase/"


def post(client: Client, case: RecoveryCase, verb: str, **values: Any) -> Any:
    case.refresh_from_db()
    return client.post(f"{LIST}{case.pk}/do/{verb}/", {"version": case.version, **values})


def page(client: Client, case: RecoveryCase, step: str = "") -> str:
    return str(client.get(f"{LIST}{case.pk}/change/", {"step": step} if step else {}).text)


def corrected(case: RecoveryCase, agent: Any) -> None:
    """Everything up to the correction is done, and the customer knows."""
    ensure_root_causes()
    actor = Actor.agent(agent)
    cause = RootCause.objects.get(key="own_mistake.late_answer")
    understand_case(case_id=case.pk, root_cause_id=cause.pk, analysis="", actor=actor)
    action = add_action(case_id=case.pk, title="A new parcel", owner_id=agent.pk, due_on=now().date(), actor=actor)
    send_plan(case_id=case.pk, text="We send a new parcel. Is that right for you?", actor=actor)
    send_apology(
        case_id=case.pk, text="We answered far too late, and we are sorry for the nine lost days.", actor=actor
    )
    finish_action(action_id=action.pk, result="It left.", actor=actor)
    tell_action(case_id=case.pk, action_id=action.pk, text="It left today. What else is missing?", actor=actor)
