"""What can be done on a recovery case's page: each verb with its form, the box that it belongs to, and the service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.common.errors import NotVisible
from surveys.admin import recovery_forms as forms
from surveys.models import CorrectiveAction, RecoveryCase, RecoveryStep
from surveys.selectors.recovery import causes_above
from surveys.services import incentives, recovery
from tickets.models import Message, Review
from tickets.services.actors import Actor
from tickets.services.linking import channels_to_go_on
from tickets.services.replies import reply_to_ticket

Kind = RecoveryStep.Kind
CHANGE = "surveys.change_recoverycase"
REPLY = "tickets.reply_ticket"
APPROVE = "surveys.approve_incentive"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What somebody wants done: in which case, with which clean values; ``about`` is the number of the row or the name of the step."""

    case: RecoveryCase
    actor: Actor
    values: Mapping[str, Any]
    about: str = ""
    review: Review | None = None

    @property
    def action_id(self) -> int:
        """The case's own action that the form names. Raises NotVisible: one of a cause is changed with the cause."""
        return self._action(Q(case=self.case))

    @property
    def told_action_id(self) -> int:
        """The action that the customer is told of: the case's own, or one of its cause. Raises NotVisible for any other."""
        return self._action(Q(case=self.case) | Q(root_cause__in=causes_above(self.case.root_cause_id)))

    def _action(self, among: Q) -> int:
        number = int(self.about) if self.about.isascii() and self.about.isdigit() and len(self.about) < 19 else 0
        if not CorrectiveAction.objects.filter(among, pk=number).exists():
            raise NotVisible("action_not_found", _("There is no such action in this case."))
        return number


@dataclass(frozen=True, kw_only=True)
class Verb:
    """``step``: the box that stays open when it is refused; ``run`` says in words what was done."""

    step: str
    run: Callable[[Attempt], str]
    form: type[forms.PageForm] = forms.NoFieldsForm
    rights: tuple[str, ...] = (CHANGE,)


def form_of(name: str, verb: Verb, case: RecoveryCase, *args: Any, about: str = "", **kwargs: Any) -> forms.PageForm:
    """The form of a verb; its key is the verb's name with what it is about."""
    if verb.form is forms.PrivateForm:
        kwargs["channels"] = channels_to_go_on(customer_id=case.customer_id)
    return verb.form(*args, key=f"{name}-{about}" if about else name, **kwargs)


def _take(attempt: Attempt) -> str:
    recovery.take_case(
        case_id=attempt.case.pk,
        owner_id=attempt.actor.user_id,
        actor=attempt.actor,
        expected_version=attempt.case.version,
    )
    return _("The case is yours.")


def _assign(attempt: Attempt) -> str:
    recovery.take_case(
        case_id=attempt.case.pk,
        owner_id=int(attempt.values["owner"]),
        actor=attempt.actor,
        expected_version=attempt.case.version,
    )
    return _("The case has a new owner.")


def _understand(attempt: Attempt) -> str:
    recovery.understand_case(
        case_id=attempt.case.pk,
        root_cause_id=attempt.values["root_cause"].pk,
        analysis=attempt.values["analysis"],
        customer_words=attempt.values["customer_words"],
        actor=attempt.actor,
        expected_version=attempt.case.version,
    )
    return _("The cause is kept.")


def _add_action(attempt: Attempt) -> str:
    recovery.add_action(
        case_id=attempt.case.pk, actor=attempt.actor, expected_version=attempt.case.version, **_action_values(attempt)
    )
    return _("The action is in the plan.")


def _change_action(attempt: Attempt) -> str:
    recovery.change_action(
        action_id=attempt.action_id,
        actor=attempt.actor,
        expected_version=attempt.case.version,
        **_action_values(attempt),
    )
    return _("The action is changed.")


def _action_values(attempt: Attempt) -> dict[str, Any]:
    values = attempt.values
    return {"title": values["title"], "owner_id": int(values["owner"]), "due_on": values["due_on"]}


def _cancel_action(attempt: Attempt) -> str:
    recovery.cancel_action(action_id=attempt.action_id, actor=attempt.actor, expected_version=attempt.case.version)
    return _("The action is out of the plan.")


def _finish_action(attempt: Attempt) -> str:
    recovery.finish_action(action_id=attempt.action_id, result=attempt.values["result"], actor=attempt.actor)
    return _("Done. Now tell the customer.")


def _tell(attempt: Attempt) -> str:
    recovery.tell_action(**_message(attempt), action_id=attempt.told_action_id)
    return _("The customer is told.")


def _send_plan(attempt: Attempt) -> str:
    recovery.send_plan(**_message(attempt))
    return _("The plan is on its way.")


def _apologise(attempt: Attempt) -> str:
    recovery.send_apology(**_message(attempt))
    return _("The apology is on its way.")


def _message(attempt: Attempt) -> dict[str, Any]:
    """What a verb is told that sends a text; it is held for as long as it can be taken back."""
    return {
        "case_id": attempt.case.pk,
        "text": attempt.values["text"],
        "actor": attempt.actor,
        "undo_seconds": settings.HELPDESK_UNDO_SECONDS,
    }


def _offer(attempt: Attempt) -> str:
    step = incentives.offer_incentive(
        case_id=attempt.case.pk,
        incentive_id=attempt.values["incentive"].pk,
        text=attempt.values["text"],
        actor=attempt.actor,
    )
    if step.state == RecoveryStep.State.WAITING:
        return _("It waits for somebody who may approve it.")
    return _("The gift is on its way.")


def _approve(attempt: Attempt) -> str:
    incentives.approve_incentive(case_id=attempt.case.pk, actor=attempt.actor)
    return _("Approved: the gift is on its way.")


def _refuse(attempt: Attempt) -> str:
    incentives.refuse_incentive(case_id=attempt.case.pk, reason=attempt.values["reason"], actor=attempt.actor)
    return _("Refused. The owner can offer something else.")


def _ask_again(attempt: Attempt) -> str:
    at: datetime | None = attempt.values["at"]
    recovery.ask_again(case_id=attempt.case.pk, actor=attempt.actor, at=at)
    return _("The question is planned.")


def _ask_review(attempt: Attempt) -> str:
    recovery.ask_review_update(**_message(attempt))
    return _("The request is on its way.")


def _reply_in_public(attempt: Attempt) -> str:
    review = _review(attempt)
    reply_to_ticket(
        ticket_id=review.message.ticket_id,
        conversation_id=review.message.conversation_id,
        actor=attempt.actor,
        text=attempt.values["text"],
        is_public=True,
        undo_seconds=settings.HELPDESK_UNDO_SECONDS,
    )
    return _("Your answer is being published.")


def _go_private(attempt: Attempt) -> str:
    channel = attempt.values["channel"]
    recovery.answer_in_public(
        case_id=attempt.case.pk,
        text=attempt.values["text"],
        private_text=attempt.values["private_text"],
        channel_id=int(channel) if channel else None,
        actor=attempt.actor,
    )
    return _("Answered in public, and gone on in private.")


def _review(attempt: Attempt) -> Review:
    if attempt.review is None:
        raise NotVisible("review_not_found", _("This case has no review that you may see."))
    return attempt.review


def _skip(attempt: Attempt) -> str:
    if attempt.about not in Kind.values:
        raise NotVisible("step_not_found", _("There is no such step."))
    recovery.skip_step(
        case_id=attempt.case.pk,
        kind=attempt.about,
        reason=attempt.values["reason"],
        actor=attempt.actor,
        expected_version=attempt.case.version,
    )
    return _("Skipped, and the reason is kept.")


def _close(attempt: Attempt) -> str:
    recovery.close_case(
        case_id=attempt.case.pk,
        outcome=attempt.values["outcome"],
        note=attempt.values["note"],
        actor=attempt.actor,
        expected_version=attempt.case.version,
    )
    return _("The case is closed.")


VERBS: Mapping[str, Verb] = {
    "take": Verb(step="", run=_take),
    "assign": Verb(step="", run=_assign, form=forms.OwnerForm),
    "understand": Verb(step=Kind.CAUSE, run=_understand, form=forms.CauseForm),
    "add-action": Verb(step=Kind.PLAN, run=_add_action, form=forms.ActionForm),
    "change-action": Verb(step=Kind.PLAN, run=_change_action, form=forms.ActionForm),
    "cancel-action": Verb(step=Kind.PLAN, run=_cancel_action),
    "send-plan": Verb(step=Kind.PLAN, run=_send_plan, form=forms.MessageForm, rights=(CHANGE, REPLY)),
    "apologise": Verb(step=Kind.APOLOGY, run=_apologise, form=forms.MessageForm, rights=(CHANGE, REPLY)),
    "finish-action": Verb(step=Kind.CORRECTION, run=_finish_action, form=forms.FinishForm),
    "tell": Verb(step=Kind.CORRECTION, run=_tell, form=forms.MessageForm, rights=(CHANGE, REPLY)),
    "offer": Verb(step=Kind.MAKE_GOOD, run=_offer, form=forms.OfferForm, rights=(CHANGE, REPLY)),
    "approve": Verb(step=Kind.MAKE_GOOD, run=_approve, rights=(CHANGE, APPROVE)),
    "refuse": Verb(step=Kind.MAKE_GOOD, run=_refuse, form=forms.ReasonForm, rights=(CHANGE, APPROVE)),
    "reply-in-public": Verb(
        step=Kind.REVIEW_UPDATE, run=_reply_in_public, form=forms.PublicReplyForm, rights=(CHANGE, REPLY)
    ),
    "go-private": Verb(step=Kind.REVIEW_UPDATE, run=_go_private, form=forms.PrivateForm, rights=(CHANGE, REPLY)),
    "ask-review": Verb(step=Kind.REVIEW_UPDATE, run=_ask_review, form=forms.MessageForm, rights=(CHANGE, REPLY)),
    "ask-again": Verb(step=Kind.ASK_AGAIN, run=_ask_again, form=forms.AskAgainForm),
    "skip": Verb(step="", run=_skip, form=forms.ReasonForm),
    "close": Verb(step=Kind.CLOSE, run=_close, form=forms.CloseForm),
}


def messages_of(case: RecoveryCase) -> set[int]:
    """The messages that were sent from this case and may be taken back here: all but those that carry a code, which is given away."""
    told = RecoveryStep.objects.filter(case=case, message__isnull=False).exclude(kind=Kind.MAKE_GOOD)
    steps = told.values_list("message_id", flat=True)
    notices = case.notices.filter(message__isnull=False).values_list("message_id", flat=True)
    return {pk for pk in (*steps, *notices) if pk is not None}


def can_undo(message: Message | None) -> bool:
    """Whether nobody has taken the message to send it yet."""
    return message is not None and message.delivery_state == Message.DeliveryState.QUEUED and not message.attempts
