"""What the customer of a case is told: the plan, the apology, each thing that was done, the wish for another look at his review.

Everything leaves as the agent's own reply in a private conversation, in the transaction that writes the step down. What cannot be sent is
refused with its reason and changes nothing, so whoever wrote the text still has it. For ``undo_seconds`` a message is held and can be taken
back (``unsending.undo_send``); the step may then be done anew.
"""

from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, NotVisible
from helpdesk.common.failpoints import failpoint
from helpdesk.common.text import one_line
from surveys.models import ActionNotice, CorrectiveAction, RecoveryCase, RecoveryStep
from surveys.policies.recovery import APOLOGY, PLAN, REVIEW_UPDATE, has_open_placeholder
from surveys.policies.recovery_naming import names_mistake
from surveys.policies.recovery_questions import asks_question
from surveys.policies.recovery_texts import TEXTS
from surveys.selectors.recovery import UNTOLD_STATES, actions_of, causes_above
from surveys.services.recovery_changes import CaseChange, cleaned, lock_case, refuse_by_rule
from surveys.services.recovery_opening import lock_customers_of_case
from surveys.services.recovery_places import current_ticket, place_for
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.opening import open_ticket
from tickets.services.redirects import Redirect, move_to_private
from tickets.services.replies import reply_to_ticket


def digest_of(text: str) -> str:
    """What tells a text that was sent already from another one."""
    return sha256(text.encode()).hexdigest()


def say(change: CaseChange, text: str) -> Message:
    """Queue what the customer is told, as the agent's reply; part of a verb that holds the case."""
    case, place = change.case, place_for(change.case)
    failpoint("recovery.before_telling")
    if place.ticket_id is not None:
        message = reply_to_ticket(
            ticket_id=place.ticket_id,
            conversation_id=place.conversation_id,
            actor=change.actor,
            text=text,
            undo_seconds=change.undo_seconds,
        )
    else:
        assert place.channel_id is not None
        before = case.ticket
        subject = before.subject if before is not None else ""
        ticket = open_ticket(
            channel_id=place.channel_id,
            customer_id=case.customer_id,
            subject=one_line(subject) or _("What you told us"),
            text=text,
            actor=change.actor,
            team_id=case.team_id or (before.team_id if before is not None else None),
            follow_up_of_id=before.pk if before is not None else None,
            undo_seconds=change.undo_seconds,
        )
        message = ticket.messages.order_by("pk")[0]
        if case.ticket_id is None:
            change.set(ticket_id=ticket.pk)
    failpoint("recovery.after_telling")
    change.contacted()
    return message


# The verbs ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def send_plan(*, case_id: int, text: str, actor: Actor, undo_seconds: int = 0) -> RecoveryStep:
    """Send the customer the plan; it may be sent again when it has changed. The same text again sends nothing.

    Raises NotVisible, Conflict ("cause_first", "no_actions", "action_without_date", "case_closed"), Unprocessable ("open_placeholder" and
    what ``place_for`` and ``reply_to_ticket`` name).
    """
    change, clean = _begin(case_id, text, actor, undo_seconds)
    sent = change.case.steps.select_related("message").filter(kind=PLAN, state=RecoveryStep.State.DONE).first()
    if sent is not None and sent.data.get("text") == digest_of(clean) and not _is_untold(sent.message):
        return sent
    change.require(PLAN)
    message = say(change, clean)
    plan = [
        {"action": action.pk, "due_on": action.due_on.isoformat() if action.due_on else None}
        for action in actions_of(change.case)
    ]
    earlier = [*sent.data.get("earlier", []), sent.message_id] if sent is not None else []
    step = change.settle(PLAN, message_id=message.pk, data={"text": digest_of(clean), "plan": plan, "earlier": earlier})
    change.advance()
    return _told(change, step, message)


@transaction.atomic
def send_apology(*, case_id: int, text: str, actor: Actor, undo_seconds: int = 0) -> RecoveryStep:
    """Apologise, once. The same text again sends nothing.

    Raises NotVisible, Conflict ("cause_first", "already_done", "case_closed"), Unprocessable ("open_placeholder", "names_no_mistake" and
    what ``place_for`` and ``reply_to_ticket`` name).
    """
    change, clean = _begin(case_id, text, actor, undo_seconds)
    done = _done_with(change.case, APOLOGY, clean)
    if done is not None:
        return done
    change.require(APOLOGY)
    if not names_mistake(clean, known=_known_by(change.case), names=_names_around(change.case)):
        refuse_by_rule("names_no_mistake")
    message = say(change, clean)
    step = change.settle(APOLOGY, message_id=message.pk, data={"text": digest_of(clean)})
    change.advance()
    return _told(change, step, message)


@transaction.atomic
def ask_review_update(*, case_id: int, text: str, actor: Actor, undo_seconds: int = 0) -> RecoveryStep:
    """Ask, once, whether the customer would look at his review again: after it is solved, and never beside a gift.

    Raises NotVisible, Conflict ("not_solved", "gift_for_review", "no_review", "apology_first", "already_done", "case_closed"),
    Unprocessable as ``send_plan``.
    """
    lock_customers_of_case(case_id)
    change, clean = _begin(case_id, text, actor, undo_seconds)
    done = _done_with(change.case, REVIEW_UPDATE, clean)
    if done is not None:
        return done
    change.require(REVIEW_UPDATE)
    message = say(change, clean)
    step = change.settle(REVIEW_UPDATE, message_id=message.pk, data={"text": digest_of(clean)})
    return _told(change, step, message)


@transaction.atomic
def tell_action(*, case_id: int, action_id: int, text: str, actor: Actor, undo_seconds: int = 0) -> ActionNotice:
    """Tell the customer that an action is done, once, with an open question at the end. The same text again sends nothing.

    Raises NotVisible, Conflict ("action_not_done", "already_told", "case_closed"), Unprocessable ("no_question", "open_placeholder"
    and what ``place_for`` and ``reply_to_ticket`` name). A message that failed or was taken back has told nothing: it may be sent again.
    """
    change, clean = _begin(case_id, text, actor, undo_seconds)
    if change.case.closed_at is not None:
        refuse_by_rule("case_closed")
    return tell_locked(change, action_id, clean)


def tell_locked(change: CaseChange, action_id: int, text: str) -> ActionNotice:
    """``tell_action`` as a part of a larger verb, which holds the case and has cleaned the text; closed cases are told as well."""
    case = change.case
    action = _action_of(case, action_id)
    notice = ActionNotice.objects.select_for_update(of=("self",)).select_related("message")
    told = notice.filter(case=case, action=action).first()
    is_told = told is not None and told.told_at is not None
    if told is not None and is_told and (told.message is None or told.message.delivery_state not in UNTOLD_STATES):
        if told.message is not None and told.message.reply_text == text:
            return told
        refuse_by_rule("already_told")
    if action.done_at is None:
        refuse_by_rule("action_not_done")
    if not asks_question(text):
        refuse_by_rule("no_question")
    message = say(change, text)
    values = {"message": message, "told_at": now(), "reason": ""}
    row, _is_new = ActionNotice.objects.update_or_create(case=case, action=action, defaults=values)
    change.tell("recovery.customer_told", step="correction", action=action.pk, message=message.pk)
    if case.closed_at is None:
        change.advance()
    change.save()
    failpoint("recovery.before_commit")
    return row


@transaction.atomic
def answer_in_public(
    *, case_id: int, text: str, actor: Actor, private_text: str = "", channel_id: int | None = None
) -> Redirect:
    """Answer the review or post of a case in public, with care, and go on in private (see ``redirects.move_to_private``).

    Raises NotVisible, Conflict ("no_ticket", "not_public", "case_closed" and what the redirect names), Unprocessable.
    """
    change, clean = _begin(case_id, text, actor)
    if change.case.closed_at is not None:
        refuse_by_rule("case_closed")
    ticket = current_ticket(change.case)
    if ticket is None:
        raise Conflict("no_ticket", _("This case has no ticket."))
    redirect = move_to_private(
        ticket_id=ticket.pk, actor=actor, text=clean, private_text=private_text, channel_id=channel_id
    )
    change.contacted()
    change.tell("recovery.customer_told", step="public", message=redirect.public_message.pk)
    change.save()
    return redirect


def _begin(case_id: int, text: str, actor: Actor, undo_seconds: int = 0) -> tuple[CaseChange, str]:
    """The case locked, and the text as it would be sent. Raises what is wrong with the text alone."""
    change = CaseChange(lock_case(case_id), actor)
    change.undo_seconds = undo_seconds
    clean = cleaned(text, field="text", is_needed=True)
    if has_open_placeholder(clean):
        refuse_by_rule("open_placeholder")
    return change, clean


def _done_with(case: RecoveryCase, kind: str, text: str) -> RecoveryStep | None:
    """The step where it was done with this very text; raises Conflict where it was done with another."""
    step = case.steps.select_related("message").filter(kind=kind, state=RecoveryStep.State.DONE).first()
    if step is None or _is_untold(step.message):
        return None
    if step.data.get("text") != digest_of(text):
        refuse_by_rule("already_done")
    return step


def _is_untold(message: Message | None) -> bool:
    """Whether a message failed or was taken back: then it has told nothing, and may be sent anew."""
    return message is not None and message.delivery_state in UNTOLD_STATES


def _told(change: CaseChange, step: RecoveryStep, message: Message) -> RecoveryStep:
    change.tell("recovery.customer_told", step=step.kind, message=message.pk)
    change.save()
    failpoint("recovery.before_commit")
    return step


def _action_of(case: RecoveryCase, action_id: int) -> CorrectiveAction:
    action = CorrectiveAction.objects.filter(pk=action_id, cancelled_at=None).first()
    is_own = action is not None and action.case_id == case.pk
    is_of_cause = action is not None and action.root_cause_id in causes_above(case.root_cause_id)
    if action is None or not (is_own or is_of_cause):
        raise NotVisible("action_not_found", _("This case has no such action."))
    found: CorrectiveAction = action
    return found


def _known_by(case: RecoveryCase) -> list[str]:
    """The words by which a case is known."""
    known = [case.customer_words, case.analysis]
    if case.root_cause is not None:
        known.append(case.root_cause.name)
        known += [texts.mistakes.get(case.root_cause.key, "") for texts in TEXTS.values()]
    if case.ticket is not None:
        known.append(case.ticket.subject)
    return known


def _names_around(case: RecoveryCase) -> list[str]:
    """Names that an apology may hold without naming anything by them."""
    names = [case.customer.name]
    if case.owner is not None:
        names.append(case.owner.display_name)
    if case.ticket is not None:
        names.append(case.ticket.channel.brand.name)
    return names
