"""Who will be asked when: invitations kept in step with the event log."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from helpdesk.common.clock import now
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation, Survey
from surveys.policies.occasions import LOGGED, PLANNING_KINDS, Occasion, Occasions, kind_of
from surveys.policies.reasons import REVOCABLE, TOO_LATE_AFTER
from surveys.policies.sampling import is_in_sample
from surveys.selectors.surveys import AskingHours, SurveyChoice, occasions_of
from tickets.models import Ticket
from tickets.services.following import read_new_events

FOLLOWER = "surveys"
BATCH = 500
_State = Invitation.State

# Conditional, because a sender may be at a row: it then goes by the log itself.
_MOVE = """
UPDATE surveys_invitation i SET state = v.state, reason = v.reason, due_at = v.due_at
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])
    AS v (id, state, reason, due_at, old_state, old_reason)
WHERE i.id = v.id AND i.state = v.old_state AND i.reason = v.old_reason
"""


def plan_surveys() -> int:
    """Follow the event log to its end; returns how many invitations were planned, moved or taken back.

    Each batch commits with the position behind it, so that a kill repeats it from the start; the plan is computed from the
    whole log of each touched ticket, so that repeating it changes nothing.
    """
    changed = 0
    while True:
        with read_new_events(name=FOLLOWER, limit=BATCH) as events:
            touched = {event.ticket_id for event in events if event.kind in PLANNING_KINDS}
            changed += plan_tickets(touched)
            failpoint("survey.before_plan_commit")
        if len(events) < BATCH:
            return changed


def plan_tickets(ticket_ids: Iterable[int]) -> int:
    """Bring the invitations of these tickets in line with their logs, inside the caller's transaction.

    The number of queries does not depend on the number of tickets. Rows are moved before rows are added, and added in the order
    of their tickets: an insert holds its ticket's key, which a sender that holds an invitation may want.
    """
    ids = list(ticket_ids)
    if not ids:
        return 0
    tickets = list(Ticket.objects.filter(pk__in=ids, is_demo=False).select_related("channel").order_by("pk"))
    plan = _Plan(occasions_of(tickets))
    existing: dict[int, dict[str, Invitation]] = {ticket.pk: {} for ticket in tickets}
    for invitation in Invitation.objects.filter(ticket__in=tickets).select_related("survey").order_by("id"):
        existing[invitation.ticket_id or 0].setdefault(invitation.occasion, invitation)
    moves: list[_Move] = []
    added: list[Invitation] = []
    for ticket in tickets:
        known = existing[ticket.pk]
        moves += [move for invitation in known.values() if (move := plan.move(invitation, ticket)) is not None]
        added += [new for new in plan.missing(ticket) if new.occasion not in known]
    # The constraint "asked_once_per_occasion" stays the judge if two planners should ever meet.
    return _carry_out(moves) + len(Invitation.objects.bulk_create(added, ignore_conflicts=True))


class _Move(NamedTuple):
    """A stored invitation and where it should stand."""

    invitation: int
    state: str
    reason: str
    due_at: datetime
    old_state: str
    old_reason: str


class _Plan:
    """What the logs of a batch of tickets call for."""

    def __init__(self, occasions: dict[int, Occasions]) -> None:
        self._occasions = occasions
        self._choice = SurveyChoice()
        self._hours = AskingHours()
        self._oldest = now() - TOO_LATE_AFTER

    def missing(self, ticket: Ticket) -> list[Invitation]:
        """The invitations that the log calls for; what ended long ago (an import, a survey switched on late) is left alone."""
        occasions = self._occasions[ticket.pk]
        if occasions.refusal:
            return []
        found = []
        for kind in sorted(LOGGED):
            survey = self._choice.for_channel(ticket.channel_id, kind)
            if survey is None:
                continue
            for key, occasion in sorted(occasions.of_kind(kind).items()):
                due_at = self._due_at(survey, ticket, occasion)
                if occasion.at + survey.delay >= self._oldest and not _is_taken_back(occasion, due_at):
                    found.append(_planned(survey, ticket, key, occasion, due_at))
        return found

    def move(self, invitation: Invitation, ticket: Ticket) -> _Move | None:
        """Where a stored invitation should stand now; None where it stands there, or nobody may move it any more."""
        is_revocable = invitation.state == _State.SUPPRESSED and invitation.reason in REVOCABLE
        is_movable = invitation.state == _State.SCHEDULED or is_revocable
        if not is_movable or kind_of(invitation.occasion) not in LOGGED:
            return None
        state, reason, due_at = self._wanted(invitation, ticket)
        if (state, reason, due_at) == (invitation.state, invitation.reason, invitation.due_at):
            return None
        return _Move(invitation.pk, state, reason, due_at, invitation.state, invitation.reason)

    def _wanted(self, invitation: Invitation, ticket: Ticket) -> tuple[str, str, datetime]:
        occasions = self._occasions[ticket.pk]
        occasion = occasions.find(invitation.occasion)
        if occasions.refusal or occasion is None:
            return _State.SUPPRESSED, occasions.refusal or "unanswered", invitation.due_at
        due_at = self._due_at(invitation.survey, ticket, occasion)
        if _is_taken_back(occasion, due_at):
            return _State.SUPPRESSED, "reopened", due_at
        reason = _bot_only(invitation.survey, occasion)
        return (_State.SUPPRESSED if reason else _State.SCHEDULED), reason, due_at

    def _due_at(self, survey: Survey, ticket: Ticket, occasion: Occasion) -> datetime:
        return self._hours.from_on(survey, ticket.channel_id, occasion.at + survey.delay)


def _planned(survey: Survey, ticket: Ticket, key: str, occasion: Occasion, due_at: datetime) -> Invitation:
    """A new invitation; of one who will not be asked, with the reason."""
    is_sampled = is_in_sample(
        percent=survey.sample_percent,
        survey_id=survey.pk,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        occasion=key,
    )
    reason = _bot_only(survey, occasion) if is_sampled else "not_sampled"
    return Invitation(
        survey=survey,
        customer_id=ticket.customer_id,
        ticket=ticket,
        occasion=key,
        due_at=due_at,
        state=_State.SUPPRESSED if reason else _State.SCHEDULED,
        reason=reason,
    )


def _bot_only(survey: Survey, occasion: Occasion) -> str:
    return "bot_only" if survey.human_only and not occasion.is_by_person else ""


def _is_taken_back(occasion: Occasion, due_at: datetime) -> bool:
    """Whether the occasion turned out to be none before anybody was to be asked."""
    return occasion.taken_back_at is not None and occasion.taken_back_at <= due_at


def _carry_out(moves: list[_Move]) -> int:
    if not moves:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(column) for column in zip(*sorted(moves), strict=True)])
        return int(cursor.rowcount)
