"""How the demo's team wins unhappy customers back: each verb of the script is a service of the product."""

from datetime import timedelta

from helpdesk.common.clock import now
from surveys.models import RecoveryCase, Response, RootCause
from surveys.policies.recovery import response_key
from surveys.services import recovery
from surveys.services.causes import ensure_root_causes
from tickets.models import Message
from tickets.services.actors import Actor

DAYS_FOR_AN_ACTION = 3


def notice_unhappy(response: Response) -> None:
    """A low vote opens a case, as the follower of the log does for real customers."""
    ticket = response.invitation.ticket
    assert ticket is not None, "the demo asks about tickets"
    recovery.open_case(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        response_id=response.pk,
        source=RecoveryCase.Source.LOW_SCORE,
        key=response_key(response.pk),
        words=response.comment,
        score=response.rating,
        at=response.answered_at,
        actor=Actor.system(),
    )


def understand(ticket_id: int, actor: Actor, *, cause: str, analysis: str) -> None:
    """Take the case, and say what went wrong."""
    ensure_root_causes()
    case = _case_of(ticket_id)
    recovery.take_case(case_id=case.pk, owner_id=actor.user_id, actor=actor)
    root_cause = RootCause.objects.get(key=cause)
    recovery.understand_case(case_id=case.pk, root_cause_id=root_cause.pk, analysis=analysis, actor=actor)


def promise(ticket_id: int, actor: Actor, *titles: str) -> Message:
    """Plan what will be done, and send the customer the plan."""
    case, due_on = _case_of(ticket_id), (now() + timedelta(days=DAYS_FOR_AN_ACTION)).date()
    for title in titles:
        recovery.add_action(case_id=case.pk, title=title, owner_id=actor.user_id, due_on=due_on, actor=actor)
    text = recovery.prepare_text(case_id=case.pk, kind="plan").text
    return _message(recovery.send_plan(case_id=case.pk, text=text, actor=actor).message)


def apologise(ticket_id: int, actor: Actor) -> Message:
    """Own the mistake."""
    case = _case_of(ticket_id)
    text = recovery.prepare_text(case_id=case.pk, kind="apology").text
    return _message(recovery.send_apology(case_id=case.pk, text=text, actor=actor).message)


def correct(ticket_id: int, actor: Actor, *, result: str) -> Message:
    """Do the next thing that was promised, and tell the customer."""
    case = _case_of(ticket_id)
    action = case.actions.filter(done_at=None, cancelled_at=None).order_by("position")[0]
    recovery.finish_action(action_id=action.pk, result=result, actor=actor)
    text = recovery.prepare_text(case_id=case.pk, kind="action_done", action_id=action.pk).text
    notice = recovery.tell_action(case_id=case.pk, action_id=action.pk, text=text, actor=actor)
    return _message(notice.message)


def _case_of(ticket_id: int) -> RecoveryCase:
    return RecoveryCase.objects.get(ticket=ticket_id, closed_at=None)


def _message(message: Message | None) -> Message:
    assert message is not None, "it was sent just now"
    return message
