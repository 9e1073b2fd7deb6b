"""Cases of recovery as tests begin with them."""

from datetime import UTC, datetime
from typing import Any

from surveys.models import CorrectiveAction, RecoveryCase, RootCause
from surveys.services.causes import ensure_root_causes
from surveys.services.recovery import add_action, finish_action, open_case, send_plan, skip_step, understand_case
from tests.factories import make_ticket
from tickets.models import Ticket
from tickets.services.actors import Actor

PLAN = "This is what we do:\n– Send a new one: by Friday.\nWhat is missing?"
APOLOGY = "I am sorry that your parcel came broken. What matters most now?"
DONE = "The new one is on its way. Does that help?"


def make_case(channel: Any, *, ticket: Ticket | None = None, key: str = "manual:1", **fields: Any) -> RecoveryCase:
    """A case that was opened by hand on a ticket; ``fields`` are then set on the row."""
    ticket = ticket or make_ticket(channel, text="My parcel came broken.")
    case = open_case(
        customer_id=ticket.customer_id, ticket_id=ticket.pk, source="manual", key=key, actor=Actor.system(),
        words="My parcel came broken.",
    )  # fmt: skip
    if fields:
        RecoveryCase.objects.filter(pk=case.pk).update(**fields)
        case.refresh_from_db()
    return case


def be_here(*people: Any) -> None:
    """These people sit at their desks."""
    for one in people:
        one.presence, one.presence_since, one.seen_at = "online", datetime.now(UTC), datetime.now(UTC)
        one.save()


def our_cause(key: str = "product.defect") -> RootCause:
    """One of the causes that every installation starts with."""
    ensure_root_causes()
    return RootCause.objects.get(key=key)


def understand(case: RecoveryCase, actor: Actor, key: str = "product.defect") -> None:
    """Say what the cause was."""
    understand_case(case_id=case.pk, root_cause_id=our_cause(key).pk, analysis="Packed badly.", actor=actor)


def correct(case: RecoveryCase, actor: Actor) -> CorrectiveAction:
    """All steps up to the correction: cause, plan and one done action; the apology is skipped."""
    understand(case, actor)
    action = add_action(
        case_id=case.pk, title="Send a new one", owner_id=actor.user_id, due_on=datetime.now(UTC).date(), actor=actor
    )
    send_plan(case_id=case.pk, text=PLAN, actor=actor)
    skip_step(case_id=case.pk, kind="apology", reason="Said on the phone.", actor=actor)
    return finish_action(action_id=action.pk, result="Sent.", actor=actor)
