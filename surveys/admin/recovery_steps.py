"""Where a recovery case stands: its stages for the line above the page, its steps for the boxes below. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from surveys.models import RecoveryCase, RecoveryStep
from surveys.selectors.recovery import UNTOLD_STATES
from tickets.models import Message

Kind = RecoveryStep.Kind
Stage = RecoveryCase.Stage
State = RecoveryStep.State

# The steps in the order in which they are walked, and the stage that each belongs to.
ORDER: tuple[tuple[Stage, tuple[Kind, ...]], ...] = (
    (Stage.NOTICED, ()),
    (Stage.UNDERSTOOD, (Kind.CAUSE, Kind.PLAN)),
    (Stage.APOLOGISED, (Kind.APOLOGY,)),
    (Stage.CORRECTED, (Kind.CORRECTION,)),
    (Stage.MADE_GOOD, (Kind.MAKE_GOOD,)),
    (Stage.ASKED_AGAIN, (Kind.ASK_AGAIN,)),
    (Stage.CLOSED, (Kind.CLOSE,)),
)
STEPS: tuple[Kind, ...] = tuple(kind for _stage, kinds in ORDER for kind in kinds)
# For a customer who has written a review: a step beside the way, which nobody is led to and no stage needs.
BESIDE = Kind.REVIEW_UPDATE
TITLES: Mapping[str, str | Promise] = {
    Kind.CAUSE: _("Understand what went wrong"),
    Kind.PLAN: _("Send the customer a plan"),
    Kind.APOLOGY: _("Apologise"),
    Kind.CORRECTION: _("Put it right, and tell the customer"),
    Kind.MAKE_GOOD: _("Make good"),
    Kind.REVIEW_UPDATE: _("The review"),
    Kind.ASK_AGAIN: _("Ask again"),
    Kind.CLOSE: _("Close"),
}
NEXT_WORDS: Mapping[str, str | Promise] = {
    Kind.CAUSE: _("find the root cause"),
    Kind.PLAN: _("send the plan"),
    Kind.APOLOGY: _("apologise"),
    Kind.CORRECTION: _("put it right"),
    Kind.MAKE_GOOD: _("make good"),
    Kind.ASK_AGAIN: _("ask again"),
    Kind.CLOSE: _("close"),
}


@dataclass(frozen=True, kw_only=True)
class StageShown:
    """A stage of the line: ``state`` is done, skipped, current or ahead; ``step`` names the box that it leads to ("" for none)."""

    stage: str
    label: str
    state: str
    at: datetime | None
    step: str


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """A box: ``state`` is done, skipped, waiting, current or ahead; ``row`` is what is stored of it."""

    kind: str
    title: str | Promise
    number: int
    state: str
    row: RecoveryStep | None

    @property
    def is_settled(self) -> bool:
        return self.state in (State.DONE, State.SKIPPED)


def current_kind(steps: Mapping[str, RecoveryStep], *, is_closed: bool, has_untold: bool = False) -> str:
    """The first step that is neither done nor skipped; "" once the case is closed.

    What was put right counts when the customer knows of it: ``has_untold`` keeps the correction the current step.
    """
    if is_closed:
        return ""
    corrected = steps.get(Kind.CORRECTION)
    is_untold = has_untold and corrected is not None and corrected.state == State.DONE
    waits = (kind for kind in STEPS if not _is_settled(steps.get(kind)) or (kind == Kind.CORRECTION and is_untold))
    return next(waits, Kind.CLOSE)


def steps_shown(steps: Mapping[str, RecoveryStep], *, current: str, has_review: bool) -> list[StepShown]:
    """The boxes of the page in their order."""
    kinds = list(STEPS)
    if has_review:
        kinds.insert(kinds.index(Kind.ASK_AGAIN), BESIDE)
    return [
        StepShown(
            kind=kind,
            title=TITLES[kind],
            number=number,
            state=_state(kind, steps.get(kind), current),
            row=steps.get(kind),
        )
        for number, kind in enumerate(kinds, start=1)
    ]


def stages_shown(case: RecoveryCase, steps: Mapping[str, RecoveryStep], *, current: str) -> list[StageShown]:
    """The line above: when each stage was reached, which were skipped, which one it is now."""
    return [_stage(case, stage, kinds, steps, current) for stage, kinds in ORDER]


def _stage(
    case: RecoveryCase, stage: Stage, kinds: Sequence[Kind], steps: Mapping[str, RecoveryStep], current: str
) -> StageShown:
    rows = [steps[kind] for kind in kinds if _is_settled(steps.get(kind))]
    state, at = "ahead", None
    if stage == Stage.NOTICED:
        state, at = "done", case.opened_at
    elif stage == Stage.CLOSED and case.closed_at is not None:
        state, at = "done", case.closed_at
    elif current in kinds:
        state = "current"
    elif kinds and len(rows) == len(kinds):
        is_done = any(row.state == State.DONE for row in rows)
        state, at = ("done" if is_done else "skipped"), max(row.at for row in rows)
    label = str(case.get_outcome_display() if stage == Stage.CLOSED and case.outcome else stage.label)
    # Within a stage of two steps the line leads to the one that is still to be done.
    step = next((kind for kind in kinds if kind == current), kinds[-1] if kinds else "")
    return StageShown(stage=stage, label=label, state=state, at=at, step=step)


def _state(kind: str, row: RecoveryStep | None, current: str) -> str:
    if row is not None and (row.state == State.WAITING or (kind != current and _is_settled(row))):
        return str(row.state)
    return "current" if kind == current else "ahead"


def _is_settled(row: RecoveryStep | None) -> bool:
    """Done, or skipped. What the customer was to be told and never heard is neither; a code that was drawn is given all the same."""
    if row is None or row.state not in (State.DONE, State.SKIPPED):
        return False
    return not is_untold(row.message)


def is_untold(message: Message | None) -> bool:
    """Whether a message was taken back or failed: nobody has heard anything by it."""
    return message is not None and message.delivery_state in UNTOLD_STATES
