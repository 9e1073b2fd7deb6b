"""What happened to a customer, told in order: what made us notice, what he said, what we did and told him."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from surveys.admin.recovery_words import rating_chip, reason_words
from surveys.models import CorrectiveAction, RecoveryCase, RecoverySignal, RecoveryStep, Response
from surveys.policies.questions import question_words
from tickets.admin.review import star_line
from tickets.models import Message

LONGEST_QUOTE = 600
_SIGNAL_WORDS = {
    RecoveryCase.Source.LOW_SCORE: gettext_lazy("Gave a low score"),
    RecoveryCase.Source.REVIEW: gettext_lazy("Wrote a bad review"),
    RecoveryCase.Source.SENTIMENT: gettext_lazy("Was angry at the end of a contact"),
    RecoveryCase.Source.REPEATED: gettext_lazy("Came back for the same cause"),
    RecoveryCase.Source.MANUAL: gettext_lazy("A colleague noticed it"),
}
_SIGNAL_ICONS = {
    RecoveryCase.Source.LOW_SCORE: "vote", RecoveryCase.Source.REVIEW: "star", RecoveryCase.Source.SENTIMENT: "alert",
    RecoveryCase.Source.REPEATED: "again", RecoveryCase.Source.MANUAL: "user",
}  # fmt: skip
_DONE_WORDS = {
    RecoveryStep.Kind.CAUSE: gettext_lazy("Root cause found"),
    RecoveryStep.Kind.PLAN: gettext_lazy("Plan sent"),
    RecoveryStep.Kind.APOLOGY: gettext_lazy("Apology sent"),
    RecoveryStep.Kind.CORRECTION: gettext_lazy("Put right"),
    RecoveryStep.Kind.MAKE_GOOD: gettext_lazy("Made good"),
    RecoveryStep.Kind.ASK_AGAIN: gettext_lazy("Asked again"),
    RecoveryStep.Kind.REVIEW_UPDATE: gettext_lazy("Asked to look at the review again"),
    RecoveryStep.Kind.CLOSE: gettext_lazy("Closed"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line: ``side`` is customer or us; ``quote`` are words of a person, to be shown in their own direction."""

    at: datetime
    icon: str
    title: str
    side: str = "us"
    who: str = ""
    quote: str = ""
    chips: tuple[SafeString, ...] = ()
    notes: tuple[str, ...] = ()
    url: str = ""
    link: str = ""


def tell(
    case: RecoveryCase,
    *,
    signals: Sequence[RecoverySignal],
    votes: Sequence[Response],
    messages: Iterable[Message],
    steps: Mapping[str, RecoveryStep],
    actions: Iterable[CorrectiveAction],
) -> list[Told]:
    """All of it, oldest first. A vote or review that is a signal as well is told once."""
    noticed = {signal.response_id for signal in signals}
    reviewed = {signal.review.message_id for signal in signals if signal.review is not None}
    lines = [
        *(_of_signal(signal) for signal in signals),
        *(_of_vote(vote) for vote in votes if vote.pk not in noticed),
        *(_of_message(message) for message in messages if message.pk not in reviewed),
        *_of_steps(steps),
        *_of_actions(actions),
    ]
    if case.closed_at is not None and RecoveryStep.Kind.CLOSE not in steps:
        lines.append(
            Told(at=case.closed_at, icon="check", title=_("Closed"), who=_name(case.closed_by), quote=case.closing_note)
        )
    return sorted(lines, key=lambda line: line.at)


def _of_signal(signal: RecoverySignal) -> Told:
    line = Told(
        at=signal.at,
        icon=_SIGNAL_ICONS[RecoveryCase.Source(signal.source)],
        title=str(_SIGNAL_WORDS[RecoveryCase.Source(signal.source)]),
        side="us" if signal.source == RecoveryCase.Source.MANUAL else "customer",
        quote=_clipped(signal.words),
    )
    if signal.ticket is not None:
        line = replace(line, url=_address(signal.ticket), link=f"#{signal.ticket.number}")
    if signal.response is not None:
        line = replace(line, chips=(rating_chip(signal.response),), notes=_answers(signal.response))
    if signal.review is not None and signal.review.stars is not None:
        line = replace(line, chips=(star_line(signal.review.stars),))
    return line


def _of_vote(vote: Response) -> Told:
    ticket = vote.invitation.ticket
    return Told(
        at=vote.answered_at, icon="vote", title=_("Voted"), side="customer", quote=_clipped(vote.comment),
        chips=(rating_chip(vote),), notes=_answers(vote), url=_address(ticket) if ticket is not None else "",
        link=f"#{ticket.number}" if ticket is not None else "",
    )  # fmt: skip


def _of_message(message: Message) -> Told:
    title = _("Wrote in anger") if message.sentiment == "negative" else _("Wrote")
    words = message.reply_text or message.text
    return Told(at=message.sort_at, icon="mail", title=title, side="customer", quote=_clipped(words))


def _of_steps(steps: Mapping[str, RecoveryStep]) -> Iterator[Told]:
    for step in steps.values():
        if step.state == RecoveryStep.State.WAITING:
            is_gift = step.kind == RecoveryStep.Kind.MAKE_GOOD
            words = _("Waits for approval: %(step)s") if is_gift else _("Could not be done: %(step)s")
            notes = (reason_words(step.reason),) if step.reason else ()
            title = words % {"step": step.get_kind_display()}
            yield Told(at=step.at, icon="pause", title=title, who=_name(step.by), notes=notes)
        elif step.state == RecoveryStep.State.SKIPPED:
            title = _("Skipped: %(step)s") % {"step": step.get_kind_display()}
            yield Told(at=step.at, icon="dot", title=title, who=_name(step.by), quote=step.reason)
        elif step.kind != RecoveryStep.Kind.CORRECTION:
            words = step.message.text if step.message is not None else ""
            title = str(_DONE_WORDS[RecoveryStep.Kind(step.kind)])
            yield Told(at=step.at, icon="check", title=title, who=_name(step.by), quote=_clipped(words))


def _of_actions(actions: Iterable[Any]) -> Iterator[Told]:
    for action in actions:
        if action.done_at is not None:
            title = _("Done: %(what)s") % {"what": action.title}
            yield Told(at=action.done_at, icon="check", title=title, who=_name(action.done_by), quote=action.result)
        notice = action.notice
        if notice is not None and notice.told_at is not None:
            words = notice.message.text if notice.message is not None else ""
            title = _("Told the customer: %(what)s") % {"what": action.title}
            yield Told(at=notice.told_at, icon="check", title=title, quote=_clipped(words))


def _answers(vote: Response) -> tuple[str, ...]:
    """What the customer said to further questions: own words, and choices in the reader's language."""
    words = []
    for answer in vote.answers.all():
        _text, choices = question_words(answer.question, get_language() or "en")
        words.append(answer.text or dict(choices).get(answer.choice, answer.choice))
    return tuple(word for word in words if word)


def _address(ticket: Any) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def _clipped(words: str) -> str:
    """The beginning of what somebody said, in its own lines."""
    text = words.strip()
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1].rstrip()}…"


def _name(user: Any) -> str:
    return user.display_name if user is not None else ""
