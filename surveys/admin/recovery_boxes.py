"""What stands in the opened box of a recovery case's page: the forms of that step, filled in as far as we know the answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from surveys.admin.recovery_forms import PageForm, PeopleForm
from surveys.admin.recovery_steps import StepShown, is_untold
from surveys.admin.recovery_verbs import VERBS, Verb, can_undo, form_of
from surveys.admin.recovery_words import language_name, reason_words
from surveys.models import CorrectiveAction, RecoveryCase, RecoverySignal, RecoveryStep, RecoveryText, Response
from surveys.policies.recovery import REFUSALS, Standing, skip_refusal, step_refusal
from surveys.selectors.recovery import Proposal, proposal_of, recovery_settings, standing_of
from surveys.selectors.recovery_page import causes_to_choose, codes_of, pools_for
from surveys.services.recovery import prepare_text
from tickets.admin.choices import assignable_agents
from tickets.models import Message, Review
from tickets.services.linking import channels_to_go_on
from tickets.services.redirects import redirect_offer

Kind = RecoveryStep.Kind
MOST_TEXTS = 50


@dataclass(kw_only=True)
class Reading:
    """All that was read of a case for one page, and who reads it. ``bound`` is the form that was refused, with what was typed."""

    case: RecoveryCase
    user: User
    steps: Mapping[str, RecoveryStep]
    signals: Sequence[RecoverySignal]
    votes: Sequence[Response]
    actions: Sequence[CorrectiveAction]
    review: Review | None
    bound: PageForm | None = None
    template: str = ""
    action: str = ""

    @cached_property
    def standing(self) -> Standing:
        """Where the case stands, for the rules."""
        return standing_of(self.case)

    def may(self, verb: Verb) -> bool:
        """Whether the reader has the rights that a verb needs and the case is open."""
        return self.case.closed_at is None and all(self.user.has_perm(right) for right in verb.rights)

    @property
    def has_untold(self) -> bool:
        """Whether something is done that the customer does not know of."""
        return any(action.done_at is not None and not _is_told(action) for action in self.actions)

    @property
    def held(self) -> Message | None:
        """The newest message of this case that can still be taken back."""
        sent = [step.message for kind, step in self.steps.items() if kind != Kind.MAKE_GOOD]
        sent += [action.notice.message for action in self.actions if action.notice is not None]  # type: ignore[attr-defined]
        waiting = [message for message in sent if message is not None and can_undo(message)]
        return max(waiting, key=lambda message: message.pk, default=None)

    def form(self, name: str, *, about: object = "", **initial: Any) -> PageForm | None:
        """The form of a verb with its beginnings, or the refused one; None where the reader may not use it."""
        if not self.may(VERBS[name]):
            return None
        key = f"{name}-{about}" if about else name
        if self.bound is not None and self.bound.key == key:
            return self.bound
        verb = VERBS[name]
        shared = {"people": self.people} if issubclass(verb.form, PeopleForm) else {}
        return form_of(name, verb, self.case, about=str(about), initial=initial, **shared)

    @cached_property
    def people(self) -> Sequence[tuple[Any, Any]]:
        """Who may own a case or an action."""
        return assignable_agents()


def _is_told(action: Any) -> bool:
    return action.notice is not None and action.notice.told_at is not None and not is_untold(action.notice.message)


def box(reading: Reading, step: StepShown) -> dict[str, Any]:
    """The context of the opened box; ``blocked`` says in words why the step has to wait."""
    refusal = "" if step.kind == Kind.CLOSE else step_refusal(step.kind, reading.standing)
    is_skippable = step.kind != Kind.CLOSE and not skip_refusal(step.kind, reading.standing, reason="-")
    return {
        "refusal": refusal,
        "blocked": REFUSALS[refusal] if refusal and refusal != "case_closed" else "",
        "skip": reading.form("skip", about=step.kind) if is_skippable and not step.is_settled else None,
        "can_undo": step.row is not None and step.kind != Kind.MAKE_GOOD and can_undo(step.row.message),
        **_BOXES[step.kind](reading, refusal),
    }


def _cause(reading: Reading, refusal: str) -> dict[str, Any]:
    case = reading.case
    words = case.customer_words or "\n".join(quote for quote in _quotes(reading)[:3])
    form = reading.form("understand", root_cause=case.root_cause_id, customer_words=words, analysis=case.analysis)
    chosen = str(form["root_cause"].value() or "") if form is not None else ""
    return {"form": form, "chosen": chosen, "causes": causes_to_choose(case, reading.user), "quotes": _quotes(reading)}


def _quotes(reading: Reading) -> list[str]:
    """What he said himself, each thing once."""
    said = [signal.words for signal in reading.signals if signal.source != RecoveryCase.Source.MANUAL]
    said += [vote.comment for vote in reading.votes]
    return list(dict.fromkeys(words.strip() for words in said if words.strip()))


def _plan(reading: Reading, refusal: str) -> dict[str, Any]:
    rows = [_plan_row(reading, action) for action in reading.actions]
    owner = reading.case.owner_id or reading.user.pk
    add = reading.form("add-action", owner=owner, due_on=timezone.localdate(now() + timedelta(days=2)))
    row = reading.steps.get(Kind.PLAN)
    is_sent = row is not None and row.state == RecoveryStep.State.DONE and not is_untold(row.message)
    # Once all of it is done there is no plan left to send.
    is_due = not refusal and (not is_sent or reading.standing.open_actions > 0)
    message = _message(reading, "send-plan", "plan") if is_due else {}
    return {"rows": rows, "add": add, "is_sent": is_sent, **message}


def _plan_row(reading: Reading, action: CorrectiveAction) -> dict[str, Any]:
    is_late = action.done_at is None and action.due_on is not None and action.due_on < timezone.localdate()
    row: dict[str, Any] = {"action": action, "is_late": is_late, "change": None, "cancel": None}
    if action.done_at is None and action.case_id is not None:
        asked = {"title": action.title, "owner": action.owner_id, "due_on": action.due_on}
        row["change"] = reading.form("change-action", about=action.pk, **asked)
        row["cancel"] = reading.form("cancel-action", about=action.pk)
    return row


def _apology(reading: Reading, refusal: str) -> dict[str, Any]:
    row = reading.steps.get(Kind.APOLOGY)
    is_said = row is not None and row.state == RecoveryStep.State.DONE and not is_untold(row.message)
    return {} if refusal or is_said else _message(reading, "apologise", "apology")


def _correction(reading: Reading, refusal: str) -> dict[str, Any]:
    rows, chosen = [], _action_to_tell(reading)
    for action in reading.actions:
        row = _plan_row(reading, action)
        notice = action.notice  # type: ignore[attr-defined]
        if action.done_at is None:
            is_early = not reading.standing.is_settled(Kind.PLAN)
            row["finish"] = (
                None if is_early or action.case_id is None else reading.form("finish-action", about=action.pk)
            )
        elif not _is_told(action):
            # One text at a time: each is written on its own, and the next is a press away.
            row["is_waiting"] = str(action.pk) != chosen
            row |= {} if row["is_waiting"] else _message(reading, "tell", "action_done", action_id=action.pk)
        why_not = reason_words(notice.reason) if notice is not None and notice.reason else ""
        row |= {"notice": notice, "why_not": why_not, "can_undo": notice is not None and can_undo(notice.message)}
        rows.append(row)
    return {"rows": rows}


def _action_to_tell(reading: Reading) -> str:
    """The action whose text is written now: that of the refused form, the one asked for, else the first that is done and not told."""
    if reading.bound is not None and reading.bound.key.startswith("tell-"):
        return reading.bound.key.removeprefix("tell-")
    untold = [str(action.pk) for action in reading.actions if action.done_at is not None and not _is_told(action)]
    return reading.action if reading.action in untold else next(iter(untold), "")


def _make_good(reading: Reading, refusal: str) -> dict[str, Any]:
    pools, row = pools_for(reading.case), reading.steps.get(Kind.MAKE_GOOD)
    is_waiting = row is not None and row.state == RecoveryStep.State.WAITING
    context: dict[str, Any] = {"pools": pools, "codes": codes_of(reading.case), "is_waiting": is_waiting}
    if is_waiting:
        wanted = row.data.get("incentive") if row is not None else None
        context |= {
            "wanted": next((pool for pool in pools if pool.incentive.pk == wanted), None),
            "approve": reading.form("approve"),
            "refuse": reading.form("refuse"),
        }
    elif not refusal and pools and not _is_given(row):
        context |= _message(reading, "offer", "make_good")
        form = context["form"]
        context["chosen"] = str(form["incentive"].value() or "") if form is not None else ""
    return context


def _is_given(row: RecoveryStep | None) -> bool:
    """Whether the gift went out; one whose message failed may be told again, with the same code."""
    return row is not None and row.state == RecoveryStep.State.DONE and not is_untold(row.message)


def _review(reading: Reading, refusal: str) -> dict[str, Any]:
    review = reading.review
    if review is None:
        return {}
    ticket = review.message.ticket
    offer = redirect_offer(ticket=ticket, conversation_id=review.message.conversation_id)
    is_answered = review.reply_state in (review.ReplyState.QUEUED, review.ReplyState.PUBLISHED)
    public = None if is_answered else reading.form("reply-in-public")
    private = None
    if offer is not None and not is_answered:
        private = reading.form("go-private", text=offer.text, private_text=offer.private_text)
    context = {
        "review": review,
        "public": public,
        "private": private,
        "ways": channels_to_go_on(customer_id=reading.case.customer_id),
        "has_private_words": offer is not None and offer.way != "link",
    }
    row = reading.steps.get(Kind.REVIEW_UPDATE)
    is_said = row is not None and row.state == RecoveryStep.State.DONE and not is_untold(row.message)
    return context | ({} if refusal or is_said else _message(reading, "ask-review", "review_update"))


def _ask_again(reading: Reading, refusal: str) -> dict[str, Any]:
    case = reading.case
    after = (case.corrected_at or now()) + recovery_settings().ask_again_after
    at = case.ask_again_at or max(after, now())
    return {
        "form": reading.form("ask-again", at=timezone.localtime(at)) if not refusal else None,
        "invitation": case.invitation,
        "trouble": _trouble(reading),
        "planned_at": case.ask_again_at if case.invitation is None else None,
    }


def _trouble(reading: Reading) -> str:
    """Why the customer could not be asked; "" while nothing says so."""
    row, invitation = reading.steps.get(Kind.ASK_AGAIN), reading.case.invitation
    if row is not None and row.state == RecoveryStep.State.WAITING:
        return reason_words(row.reason)
    return reason_words(invitation.reason) if invitation is not None and invitation.reason else ""


def _close(reading: Reading, refusal: str) -> dict[str, Any]:
    proposal = proposal_of(reading.case)
    return {
        "form": reading.form("close", outcome=proposal.outcome or None),
        "proposed": proposal.outcome,
        "closes_at": proposal.closes_at,
        "why": _why(reading, proposal),
    }


def _why(reading: Reading, proposal: Proposal) -> str:
    """What the proposed outcome rests on, or what is still missing for one."""
    case, invitation = reading.case, reading.case.invitation
    if invitation is None:
        return _("The customer was not asked again yet.")
    vote = next((vote for vote in reading.votes if vote.invitation_id == invitation.pk), None)
    after = vote.rating if vote is not None else case.score_after
    if after is None:
        if proposal.outcome:
            return _("The customer was asked again and has not answered.")
        return _("The customer was asked again; no answer yet.")
    words = _("The new score is %(after).1f of 10") % {"after": after}
    if case.score_before is not None:
        words += " " + _("after %(before).1f before") % {"before": case.score_before}
    words += "; " + _("regained is from %(from).1f on.") % {"from": recovery_settings().regained_from}
    if not reading.standing.told_actions:
        words += " " + _("The customer was told of nothing that was put right, so it cannot count as regained.")
    return words


# Texts to the customer ------------------------------------------------------------------------------------------------


def _message(reading: Reading, name: str, kind: str, *, action_id: int | None = None) -> dict[str, Any]:
    """The form of a text to the customer, prepared in his language; a template that the reader has chosen comes first."""
    if not reading.may(VERBS[name]):
        return {"form": None}
    texts = list(RecoveryText.objects.filter(kind=kind).order_by("language", "name")[:MOST_TEXTS])
    chosen = next((text for text in texts if str(text.pk) == reading.template), None)
    prepared, failure = None, ""
    try:
        prepared = prepare_text(
            case_id=reading.case.pk,
            kind=kind,
            action_id=action_id,
            template_id=chosen.pk if chosen is not None else None,
        )
    except HelpdeskError as error:
        failure = error.message
    language = prepared.language if prepared is not None else reading.case.customer.language
    return {
        "form": reading.form(name, about=action_id or "", text=prepared.text if prepared is not None else ""),
        "language": language,
        "language_name": language_name(language),
        "texts": [(text, language_name(text.language)) for text in texts],
        "template": reading.template if chosen is not None else "",
        "failure": failure,
    }


_BOXES: Mapping[str, Callable[[Reading, str], dict[str, Any]]] = {
    Kind.CAUSE: _cause,
    Kind.PLAN: _plan,
    Kind.APOLOGY: _apology,
    Kind.CORRECTION: _correction,
    Kind.MAKE_GOOD: _make_good,
    Kind.REVIEW_UPDATE: _review,
    Kind.ASK_AGAIN: _ask_again,
    Kind.CLOSE: _close,
}
