"""The sweep over time limits: what comes near is warned of, what is over is written down as missed, each exactly once.

It costs by what is due, never by what is open. Whether something is due is decided by the clock of the database alone, so a worker
whose own clock is wrong misses nothing and calls nothing late. Any number of sweeps may run at once: each takes tickets that nobody
holds. A ticket that a person holds at this moment waits for the next round, a few seconds later.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from helpdesk.accounts.models import User
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import columns, fetch, fetch_all, read
from tickets.models import TeamMembership, Ticket, Trigger
from tickets.policies.sla import MOST_HISTORY
from tickets.selectors.routing import is_awaited
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.notifying import Notice, notify_many

BATCH = 500
# One run hands over to the next in time: the broker kills a task that runs for minutes.
MOST_BATCHES = 100

_LATE = "s.state = 'running' AND s.due_at <= now()"
_NEAR = (
    "s.state = 'running' AND s.warned_at IS NULL AND s.warn_at IS NOT NULL AND s.warn_at <= now() AND s.due_at > now()"
)
_PEEK = (
    f"SELECT EXISTS (SELECT FROM tickets_slatimer s WHERE {_LATE}), "  # noqa: S608  our own texts
    f"EXISTS (SELECT FROM tickets_slatimer s WHERE {_NEAR})"
)
_OPEN = "(t.status IN ('new', 'open', 'pending', 'on_hold') AND NOT t.is_spam AND t.merged_into_id IS NULL)"
# Tickets first, as every verb does it: whoever holds the ticket's row is the only one who changes its clocks.
_LOCK = (
    f"SELECT t.id, {_OPEN} FROM tickets_slatimer s JOIN tickets_ticket t ON t.id = s.ticket_id "  # noqa: S608  our own texts
    "WHERE {which} ORDER BY s.{by}, s.id LIMIT {batch} FOR NO KEY UPDATE OF t SKIP LOCKED"
)
# Clocks, tickets, events and what waits for the rules in one statement, which sees the rows as they are under the lock.
_RECORD = """
WITH due AS (
    SELECT s.id, s.ticket_id, s.metric, s.cycle, s.due_at, s.warn_at, p.actions AS actions,
        row_number() OVER (PARTITION BY s.ticket_id ORDER BY s.due_at, s.id) AS place
    FROM tickets_slatimer s
    LEFT JOIN LATERAL (
        SELECT {actions} AS actions FROM tickets_slapolicy WHERE id = s.policy_id AND is_active
    ) p ON true
    WHERE s.ticket_id = ANY(%(tickets)s) AND {which}
), marked AS (
    UPDATE tickets_slatimer s SET
        {changes},
        actions_due = CASE WHEN jsonb_array_length(due.actions) > 0 THEN {mark} ELSE s.actions_due END,
        actions_tried = CASE WHEN jsonb_array_length(due.actions) > 0 THEN 0 ELSE s.actions_tried END,
        actions_at = CASE WHEN jsonb_array_length(due.actions) > 0 THEN NULL ELSE s.actions_at END,
        history = CASE WHEN jsonb_array_length(s.history) >= {most} THEN s.history - 0 ELSE s.history END
            || jsonb_build_array(jsonb_build_object('at', now(), 'what', %(what)s::text, 'due_at', s.due_at))
    FROM due WHERE s.id = due.id
), raised AS (
    UPDATE tickets_ticket t SET version = t.version + 1, event_sequence = t.event_sequence + n.number
    FROM (SELECT ticket_id, count(*) AS number FROM due GROUP BY ticket_id) n WHERE t.id = n.ticket_id
    RETURNING t.id, t.number, t.team_id, t.assignee_id, t.event_sequence - n.number AS before
), told AS (
    INSERT INTO tickets_ticketevent (ticket_id, sequence, at, kind, data_version, actor_kind, data)
    SELECT due.ticket_id, raised.before + due.place, due.{at}, %(kind)s, 1, 'system', jsonb_build_object(
        'timer', due.id, 'metric', due.metric, 'cycle', due.cycle, 'due_at', due.due_at, 'detected_at', now())
    FROM due JOIN raised ON raised.id = due.ticket_id
), queued AS (
    INSERT INTO tickets_triageitem (ticket_id, trigger, data, created_at, attempts, error)
    SELECT ticket_id, %(trigger)s, jsonb_build_object('timer', id, 'metric', metric), now(), 0, ''
    FROM due WHERE %(is_awaited)s
)
SELECT due.id, due.ticket_id, due.metric, due.due_at, raised.number, raised.team_id, raised.assignee_id
FROM due JOIN raised ON raised.id = due.ticket_id
"""
_BREACH = _RECORD.format(
    which=_LATE,
    actions="breach_actions",
    changes="state = 'breached', breached_at = s.due_at, detected_at = now(), remaining_seconds = NULL",
    mark="CASE WHEN s.actions_due IN ('warning', 'both') THEN 'both' ELSE 'breach' END",
    at="due_at",
    most=MOST_HISTORY,
)
_WARN = _RECORD.format(
    which=_NEAR,
    actions="warning_actions",
    changes="warned_at = now()",
    mark="'warning'",
    at="warn_at",
    most=MOST_HISTORY,
)
_LOCKED = f"SELECT {columns(Ticket, 't')} FROM tickets_ticket t WHERE t.id = ANY(%s) ORDER BY t.id"  # noqa: S608  names of the model


@dataclass(frozen=True, kw_only=True)
class _Occasion:
    """What a sweep records. ``word``: the codes of events, notifications and the history end in it."""

    word: str
    lock: str
    record: str
    trigger: str


_BREACHED = _Occasion(
    word="breached",
    lock=_LOCK.format(which=_LATE, by="due_at", batch=BATCH),
    record=_BREACH,
    trigger=Trigger.SLA_BREACHED,
)
_WARNED = _Occasion(
    word="warned", lock=_LOCK.format(which=_NEAR, by="warn_at", batch=BATCH), record=_WARN, trigger=Trigger.SLA_WARNED
)


@dataclass(frozen=True)
class _Due:
    """One clock that was recorded, with what of its ticket says whom to tell."""

    timer_id: int
    ticket_id: int
    metric: str
    due_at: datetime
    number: int
    team_id: int | None
    assignee_id: int | None


def enforce_time_limits() -> int:
    """Record every limit that is missed or near (sweep); returns how many. Safe from any number of workers at once.

    A missed one has ``breached_at`` = ``due_at`` however late it is found, and ``detected_at`` = now; one that was missed before
    anybody warned of it is not warned of any more. Whom it concerns is told in the same transaction. Actions: escalation.py.
    """
    is_late, is_near = fetch(_PEEK) or (False, False)
    return (_drain(_BREACHED) if is_late else 0) + (_drain(_WARNED) if is_near else 0)


def _drain(occasion: _Occasion) -> int:
    recorded = 0
    for _number in range(MOST_BATCHES):
        locked, found = _record(occasion)
        recorded += found
        if locked < BATCH:
            break
    return recorded


@transaction.atomic
def _record(occasion: _Occasion) -> tuple[int, int]:
    """One batch: (rows that were taken, limits that were recorded)."""
    rows = fetch_all(occasion.lock)
    if not rows:
        return 0, 0
    _end_strays({ticket_id for ticket_id, is_open in rows if not is_open})
    open_tickets = sorted({ticket_id for ticket_id, is_open in rows if is_open})
    word, trigger = occasion.word, occasion.trigger
    parameters = {
        "tickets": open_tickets,
        "what": word,
        "kind": f"sla.{word}",
        "trigger": str(trigger),
        "is_awaited": is_awaited(trigger),
    }
    recorded = [_Due(*row) for row in fetch_all(occasion.record, parameters)]
    failpoint(f"enforcement.after_{word}")
    notify_many(_notices(recorded, f"sla_{word}"))
    failpoint("enforcement.before_commit")
    return len(rows), len(recorded)


def _end_strays(ticket_ids: set[int]) -> None:
    """Clocks that run on a ticket which is over: nobody is late there. They are ended as its closing should have ended them."""
    if not ticket_ids:
        return
    for row in fetch_all(_LOCKED, [sorted(ticket_ids)]):
        TicketChange(read(row, Ticket)[0], Actor.system()).recount_clocks(why="closed")


def _notices(recorded: Sequence[_Due], kind: str) -> list[Notice]:
    """One for each whom it concerns: the assignee, else the members of the team, else the leads."""
    audience = _Audience(recorded)
    return [
        Notice(
            user_id=user_id,
            kind=kind,
            key=f"{kind}:{due.timer_id}",
            ticket_id=due.ticket_id,
            data={"number": due.number, "metric": due.metric, "due_at": due.due_at.isoformat()},
        )
        for due in recorded
        for user_id in audience.of(due)
    ]


class _Audience:
    """Whom limits concern, for a whole batch in at most two queries; what ``notifying.people_for`` says of one ticket."""

    def __init__(self, recorded: Sequence[_Due]) -> None:
        self._members: dict[int, list[int]] = defaultdict(list)
        unassigned = [due for due in recorded if due.assignee_id is None]
        teams = {due.team_id for due in unassigned if due.team_id is not None}
        if teams:
            members = TeamMembership.objects.filter(team__in=teams, user__is_active=True).order_by("user_id")
            for team_id, user_id in members.values_list("team_id", "user_id"):
                self._members[team_id].append(user_id)
        self._leads: list[int] = []
        if any(due.team_id not in self._members for due in unassigned):
            leads = User.objects.filter(is_active=True, groups__name="lead").order_by("pk")
            self._leads = list(leads.values_list("pk", flat=True))

    def of(self, due: _Due) -> list[int]:
        if due.assignee_id is not None:
            return [due.assignee_id]
        return self._members.get(due.team_id or 0) or self._leads
