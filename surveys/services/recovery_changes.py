"""The change that all verbs of recovery share, and how a case is taken.

Rows are taken in one order: the case, then what its messages take (conversations, tickets). A signal that comes in for a case needs the
key of its row alone, so the lock leaves that free.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible, Stale, Unprocessable
from helpdesk.common.text import clean_text
from surveys.models import RecoveryCase, RecoveryStep
from surveys.policies.recovery import (
    CORRECTION,
    DONE,
    REFUSALS,
    SKIPPED,
    Standing,
    may_ask_again,
    next_limit_at,
    stage_after,
    step_refusal,
)
from surveys.selectors.recovery import limits_of, recovery_settings, standing_of
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket

LONGEST_TEXT = 5000
# Rules that a text breaks, not the state of the case.
_FAULTS_OF_INPUT = ("no_reason", "no_note", "names_no_mistake", "open_placeholder", "no_question")


def refuse_by_rule(code: str, *, field: str = "") -> None:
    """Raise what a rule says; nothing for "". Conflict, or Unprocessable with the field where the words are at fault."""
    if not code:
        return
    text = str(REFUSALS[code])
    if code in _FAULTS_OF_INPUT:
        raise Unprocessable(code, text, fields={field or "text": code})
    raise Conflict(code, text)


def lock_case(case_id: int, *, expected_version: int | None = None) -> RecoveryCase:
    """The case, its row locked. Raises NotVisible, Stale when somebody has changed it since ``expected_version``."""
    rows = RecoveryCase.objects.select_for_update(of=("self",), no_key=True)
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotVisible("case_not_found", _("There is no such case."))
    if expected_version is not None and case.version != expected_version:
        raise Stale(
            "stale_version", _("Somebody has changed this case meanwhile. Load it again and repeat the change.")
        )
    found: RecoveryCase = case
    return found


class CaseChange:
    """What one verb does to one case, whose row the caller holds locked; ``save`` writes it once, with the events on the ticket."""

    def __init__(self, case: RecoveryCase, actor: Actor) -> None:
        self.case = case
        self.actor = actor
        # How long what the customer is told can still be taken back.
        self.undo_seconds = 0
        self._columns: set[str] = set()
        self._events: list[tuple[str, dict[str, Any]]] = []

    def standing(self) -> Standing:
        """Where the case stands now."""
        return standing_of(self.case)

    def require(self, kind: str) -> Standing:
        """Where it stands; raises Conflict unless the step may be done now."""
        standing = self.standing()
        refuse_by_rule(step_refusal(kind, standing))
        return standing

    def set(self, **values: Any) -> None:
        """Give columns new values (by attribute name)."""
        for name, value in values.items():
            setattr(self.case, name, value)
            self._columns.add(name.removesuffix("_id"))

    def touch(self) -> None:
        """Something beside the columns has changed: whoever has the case open shall see it."""
        self._columns.add("version")

    def tell(self, kind: str, **data: Any) -> None:
        """Add an event of the ticket."""
        self._events.append((kind, {"case": self.case.pk, **data}))

    def settle(
        self,
        kind: str,
        state: str = DONE,
        *,
        reason: str = "",
        message_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> RecoveryStep:
        """Write a step down, anew or in place of what stood there, and take the case to the stage that it has reached."""
        step, is_new = RecoveryStep.objects.update_or_create(
            case=self.case,
            kind=kind,
            defaults={
                "state": state, "reason": reason, "message_id": message_id, "data": data or {}, "at": now(),
                "by_id": self.actor.user_id,
            },
        )  # fmt: skip
        before = self.case.stage
        after = stage_after(before, kind) if state in (DONE, SKIPPED) else before
        if after != before or is_new:
            self.tell(
                "recovery.stage_changed", **{"from": before, "to": after, "step": kind, "is_skipped": state == SKIPPED}
            )
        self.set(stage=after)
        found: RecoveryStep = step
        return found

    def contacted(self) -> None:
        """The customer has heard from us: the limit of the first contact is met."""
        if self.case.first_contact_at is None:
            self.set(first_contact_at=now())

    def advance(self) -> None:
        """What follows by itself: corrected once everything that was to be done is done, and then the day on which he is asked again."""
        case, standing = self.case, self.standing()
        if not standing.is_done(CORRECTION) and not step_refusal(CORRECTION, standing):
            self.settle(CORRECTION)
            if case.corrected_at is None:
                self.set(corrected_at=now())
        if case.ask_again_at is None and case.invitation_id is None and may_ask_again(self.standing()):
            self.set(ask_again_at=now() + recovery_settings().ask_again_after)

    def save(self) -> RecoveryCase:
        """Write columns and events. What was met takes its limit away from the sweep."""
        case = self.case
        if not self._columns and not self._events:
            return case
        if case.next_due_at is not None:
            # Limits before next_due_at are told already.
            upcoming = next_limit_at(limits_of(case), told_until=case.next_due_at - datetime.resolution)
            self.set(next_due_at=upcoming if case.closed_at is None else None)
        case.version += 1
        case.save(update_fields=[*self._columns, "version"])
        if case.ticket_id is not None and self._events:
            change = TicketChange(lock_ticket(case.ticket_id), self.actor)
            for kind, data in self._events:
                change.tell(kind, data)
            change.save()
        return case


def cleaned(text: str, *, field: str, is_needed: bool = False) -> str:
    """What a person wrote, without what no text holds. Raises InvalidInput when it is too long, or missing where it is needed."""
    clean = clean_text(text).strip()
    if is_needed and not clean:
        raise InvalidInput("empty", _("Write something first."), fields={field: "empty"})
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput(
            "too_long", _("At most %(limit)d characters.") % {"limit": LONGEST_TEXT}, fields={field: "too long"}
        )
    return clean
