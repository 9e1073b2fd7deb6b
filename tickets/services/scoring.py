"""Keeping every open ticket's priority score honest: made when a message comes in, made anew when what it is made of changes.

A trigger of the database (migration 0019) marks a ticket whose reasons have changed, and each score names the instant at which the clock
changes it; one indexed sweep makes both kinds anew. So the cost follows what changes, never what is open.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from json import dumps
from math import isfinite
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.rows import fetch, fetch_all
from tickets.models import Customer, Ticket
from tickets.models.ticket import OPEN_STATUSES
from tickets.policies.priority_score import Score, ScoreFacts, score
from tickets.selectors.score_weights import score_setting, scored_topics

if TYPE_CHECKING:
    from tickets.services.triage import Case

SWEEP_BATCH = 500
SWEEP_BATCHES = 20
MARK_BATCH = 1000
# Long past by every clock: due. The triggers write the same.
DUE = datetime(2000, 1, 1, tzinfo=UTC)
# What a step of triage may have changed that counts.
_COUNTED = ("priority", "topic", "waiting_since", "sentiment", "status")

_COLUMNS = ("priority", "topic_id", "sentiment", "sentiment_is_strong", "waiting_since", "next_due_at")
_FACTS = f"""
SELECT t.id, c.is_vip, c.attributes ->> %s, h.name, h.kind,
    EXISTS (SELECT FROM tickets_conversation v WHERE v.active_ticket_id = t.id AND v.visibility = 'public'),
    {", ".join(f"t.{column}" for column in _COLUMNS)}
FROM tickets_ticket t JOIN tickets_customer c ON c.id = t.customer_id JOIN channels_app_channel h ON h.id = t.channel_id
WHERE t.id = ANY(%s)
"""  # noqa: S608  names of columns
_TAKE_DUE = """
SELECT id FROM tickets_ticket WHERE status = ANY(%s) AND score_changes_at <= %s ORDER BY score_changes_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
_WRITE = """
UPDATE tickets_ticket t SET priority_score = s.score, priority_reasons = s.reasons, score_changes_at = s.changes_at
FROM unnest(%s::bigint[], %s::int[], %s::jsonb[], %s::timestamptz[]) AS s (id, score, reasons, changes_at) WHERE t.id = s.id
"""
_CUSTOMER_FACTS = "SELECT c.is_vip, c.attributes ->> %s FROM tickets_customer c WHERE c.id = %s"


def score_filed(ticket: Ticket, *, customer: Customer, channel: Channel, is_public: bool, at: datetime) -> None:
    """Set the columns of the score on a ticket that a message is being filed on; the caller writes them. No query."""
    was_public = any(reason.get("code") == "public" for reason in ticket.priority_reasons)
    value = customer.attributes.get(score_setting().value_attribute)
    is_public = is_public or was_public
    made = _made(ticket, customer.is_vip, value, channel.name, channel.kind, is_public=is_public, at=at)
    ticket.priority_score = made.value
    ticket.priority_reasons = [reason.as_json() for reason in made.reasons]
    ticket.score_changes_at = made.changes_at


def score_step(case: "Case") -> None:
    """After topics and rules: make the score anew where they have changed what it is made of."""
    if not case.change.has_changed(*_COUNTED):
        return
    ticket, setting = case.ticket, score_setting()
    row = fetch(_CUSTOMER_FACTS, [setting.value_attribute, ticket.customer_id]) or (False, None)
    is_public = case.facts.get("visibility") == "public"
    channel = ticket.channel
    made = _made(ticket, row[0], row[1], channel.name, channel.kind, is_public=is_public, at=now())
    # The trigger marks it as due: the time limits are settled when the change is saved, and the sweep counts them in.
    case.change.set(priority_score=made.value, priority_reasons=[reason.as_json() for reason in made.reasons])


def rescore_due_tickets() -> int:
    """Make anew what is due (sweep), in short transactions; returns how many. A ticket that somebody holds waits for the next run."""
    scored = 0
    for _batch in range(SWEEP_BATCHES):
        taken = _rescore_batch(now())
        scored += taken
        if taken < SWEEP_BATCH:
            break
    return scored


@transaction.atomic
def _rescore_batch(at: datetime) -> int:
    ids = [row[0] for row in fetch_all(_TAKE_DUE, [list(OPEN_STATUSES), at, SWEEP_BATCH])]
    _rescore(ids, at)
    return len(ids)


def _rescore(ids: list[int], at: datetime) -> None:
    if not ids:
        return
    scores = list(_scores(ids, at))
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                [pk for pk, _score in scores],
                [made.value for _pk, made in scores],
                [dumps([reason.as_json() for reason in made.reasons]) for _pk, made in scores],
                [made.changes_at for _pk, made in scores],
            ],
        )


def _scores(ids: list[int], at: datetime) -> Iterable[tuple[int, Score]]:
    setting = score_setting()
    for row in fetch_all(_FACTS, [setting.value_attribute, ids]):
        pk, is_vip, value, channel_name, channel_kind, is_public, *columns = row
        ticket = Ticket(pk=pk, **dict(zip(_COLUMNS, columns, strict=True)))
        yield pk, _made(ticket, is_vip, value, channel_name, channel_kind, is_public=is_public, at=at)


def _made(
    ticket: Ticket, is_vip: bool, value: Any, channel_name: str, channel_kind: str, *, is_public: bool, at: datetime
) -> Score:
    topic = scored_topics().get(ticket.topic_id) if ticket.topic_id is not None else None
    facts = ScoreFacts(
        priority=ticket.priority,
        topic_name=topic.name if topic else "",
        topic_priority=topic.priority if topic else "",
        topic_is_sensitive=topic.is_sensitive if topic else False,
        is_vip=is_vip,
        value=_number(value),
        channel_name=channel_name,
        is_live=_is_live(channel_kind),
        is_public=is_public,
        sentiment=ticket.sentiment,
        sentiment_is_strong=ticket.sentiment_is_strong,
        waiting_since=ticket.waiting_since,
        next_due_at=ticket.next_due_at,
    )
    return score(facts, weighing=score_setting().weighing, at=at)


def mark_customer(*, customer_id: int) -> None:
    """What counts of a customer has changed (VIP, what he is worth): his open tickets are scored anew by the sweep."""
    _mark(Q(customer_id=customer_id))


def mark_topic(*, topic_id: int) -> None:
    """What counts of a topic has changed: its open tickets are scored anew by the sweep."""
    _mark(Q(topic_id=topic_id))


def mark_everything() -> None:
    """The weights have changed: every open ticket is scored anew by the sweep."""
    _mark(Q())


def _mark(condition: Q) -> None:
    """In the order of the keys, as everybody locks tickets, and a few at a time, so that nobody waits long."""
    last = 0
    while True:
        with transaction.atomic():
            tickets = Ticket.objects.filter(condition, pk__gt=last, status__in=OPEN_STATUSES).order_by("pk")
            keys = list(tickets.select_for_update(of=("self",)).values_list("pk", flat=True)[:MARK_BATCH])
            Ticket.objects.filter(pk__in=keys).update(score_changes_at=DUE)
        if len(keys) < MARK_BATCH:
            return
        last = keys[-1]


def _is_live(kind: str) -> bool:
    try:
        return Can.LIVE in adapter_class(kind).can
    except HelpdeskError:
        return False


def _number(value: Any) -> float | None:
    """A number as CRMs send it, also in a text; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None
