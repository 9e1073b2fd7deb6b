"""Tickets find their person: by team, skill, language, presence and room; and go back to the queue when he goes away.

Every decision leaves one row that says why, and why not the others. The members' rows are locked before their tickets are counted, so
that however many workers assign at once, nobody gets more than he can take.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.remembered import Remembered
from tickets.models import BotSession, RoutingDecision, Team, TeamMembership, Ticket, Topic
from tickets.policies.action_plans import Outcome
from tickets.policies.assignment import Choice, Needs, choose
from tickets.selectors.topics import topic_tree
from tickets.selectors.workload import (
    TO_BE_DONE,
    absent_since,
    candidates_for,
    is_anybody_free,
    people_with_tickets_of,
    team_queue,
)
from tickets.services.actions import Doing
from tickets.services.actors import Actor
from tickets.services.assignment import assign
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.notifying import leads_for, notify

if TYPE_CHECKING:
    from tickets.services.triage import Case

SWEEP_BATCH = 100

_LOCK_MEMBERS = """
SELECT id FROM accounts_user WHERE id IN (SELECT user_id FROM tickets_teammembership WHERE team_id = %s)
ORDER BY id FOR NO KEY UPDATE
"""


def _load_methods() -> dict[int, str]:
    return dict(Team.objects.exclude(assignment="").values_list("pk", "assignment"))


def _load_topic_names() -> dict[int, frozenset[str]]:
    places = topic_tree()
    name_of = {place.topic.pk: place.topic.name for place in places}
    return {
        place.topic.pk: frozenset(name_of[pk] for pk in (place.topic.pk, *place.parents) if pk in name_of)
        for place in places
    }


assigning_teams = Remembered(_load_methods)
assigning_teams.forget_on_change(Team)
# topic -> its name and those of the topics that it is part of
topic_names = Remembered(_load_topic_names)
topic_names.forget_on_change(Topic)


def assign_step(case: "Case") -> None:
    """The last step of triage: a ticket of a team that gives its tickets out gets somebody."""
    ticket = case.ticket
    method = assigning_teams().get(ticket.team_id or 0)
    if method is None or not _is_waiting(ticket) or _is_with_bot(ticket):
        return
    choice = assign_to_free_person(case.change, method=method)
    case.decide(RoutingDecision.Kind.ASSIGNMENT, decision_data(choice, method))


def assign_by_action(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    """The action "assign_automatically" of rules and macros; a team without a method takes turns."""
    ticket = doing.ticket
    if ticket.team_id is None:
        return doing.skipped(action, "no_team")
    if ticket.assignee_id is not None:
        return doing.skipped(action, "has_assignee")
    choice = assign_to_free_person(doing.change, method=assigning_teams().get(ticket.team_id) or "round_robin")
    if choice.user_id is None:
        return doing.skipped(action, "nobody_free")
    return doing.done(action, to=choice.user_id)


def assign_to_free_person(change: TicketChange, *, method: str, besides: tuple[int, ...] = ()) -> Choice:
    """Give the ticket to whoever fits and has room; the caller holds the ticket locked, has a team on it, and saves the change."""
    ticket = change.ticket
    assert ticket.team_id is not None
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_MEMBERS, [ticket.team_id])
    moment = now()
    choice = choose(
        candidates=candidates_for(team_id=ticket.team_id, at=moment),
        needs=needs_of(ticket),
        method=method,
        besides=besides,
    )
    if choice.user_id is not None:
        assign(change, assignee_id=choice.user_id)
        TeamMembership.objects.filter(team_id=ticket.team_id, user_id=choice.user_id).update(last_assigned_at=moment)
    return choice


def needs_of(ticket: Ticket) -> Needs:
    """What the ticket asks of a person."""
    names = set(ticket.tags.values_list("name", flat=True))
    if ticket.topic_id is not None:
        names |= topic_names().get(ticket.topic_id, frozenset())
    return Needs(language=ticket.language, skills=frozenset(name.casefold() for name in names))


def decision_data(choice: Choice, method: str) -> dict[str, Any]:
    """What is kept of a decision: ids and codes."""
    return {
        "chosen": choice.user_id,
        "method": method,
        "why": list(choice.why),
        "others": {str(user_id): reason for user_id, reason in choice.others.items()},
    }


def _is_waiting(ticket: Ticket) -> bool:
    return ticket.assignee_id is None and ticket.status in TO_BE_DONE and ticket.snoozed_until is None


def _is_with_bot(ticket: Ticket) -> bool:
    return BotSession.objects.filter(ticket=ticket, state=BotSession.State.ACTIVE).exists()


def assign_waiting_tickets() -> int:
    """Give out what waits in the queues of teams with somebody free, the most urgent first (sweep); returns how many."""
    return sum(_empty_queue(team_id, method) for team_id, method in sorted(_load_methods().items()))


def _empty_queue(team_id: int, method: str) -> int:
    waiting = list(team_queue(team_id).values_list("pk", flat=True)[:SWEEP_BATCH])
    if not waiting or not is_anybody_free(team_id=team_id, at=now()):
        return 0
    given = 0
    for ticket_id in waiting:
        is_given = _give_if_waiting(ticket_id, method)
        if is_given is False:
            break
        given += bool(is_given)
    return given


@transaction.atomic
def _give_if_waiting(ticket_id: int, method: str) -> bool | None:
    """True when somebody got it, False when nobody is free any more, None when there was nothing to give."""
    if not Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id).exists():
        return None
    ticket = lock_ticket(ticket_id)
    if ticket.team_id is None or not _is_waiting(ticket) or _is_with_bot(ticket):
        return None
    change = TicketChange(ticket, Actor.system())
    choice = assign_to_free_person(change, method=method)
    if choice.user_id is None:
        return False
    change.save()
    RoutingDecision.objects.create(
        ticket=ticket, kind=RoutingDecision.Kind.ASSIGNMENT, at=now(), data=decision_data(choice, method)
    )
    return True


def return_tickets_of_absent() -> int:
    """Take unanswered tickets back from people who have been away for longer than their team allows (sweep); returns how many."""
    return sum(_take_back(ticket_id, team, assignee) for team, assignee, ticket_id in _held_by_absent())


def _held_by_absent() -> list[tuple[Team, int, int]]:
    """(team, person, ticket) of what waits for somebody who is not there; members of the team or not."""
    held: list[tuple[Team, int, int]] = []
    for team in Team.objects.filter(takes_back_after__isnull=False).order_by("pk"):
        for person in people_with_tickets_of(team.pk):
            if not _is_gone(person, team):
                continue
            theirs = _returnable().filter(assignee=person, team=team).order_by("-priority_score", "pk")
            held += [(team, person.pk, pk) for pk in theirs.values_list("pk", flat=True)[:SWEEP_BATCH]]
    return held


def _returnable() -> QuerySet[Ticket]:
    """Tickets whose customer waits, besides those that were put aside on purpose."""
    return Ticket.objects.filter(status__in=TO_BE_DONE, waiting_since__isnull=False, snoozed_until=None)


def _is_gone(person: User, team: Team) -> bool:
    """Whether somebody has been away for longer than the team waits. Who has left the house altogether is gone at once."""
    if not person.is_active:
        return True
    since = absent_since(person, at=now())
    return since is not None and team.takes_back_after is not None and since + team.takes_back_after <= now()


@transaction.atomic
def _take_back(ticket_id: int, team: Team, assignee_id: int) -> bool:
    change = TicketChange(lock_ticket(ticket_id), Actor.system())
    ticket = change.ticket
    # Meanwhile it may have been answered, passed on or put aside, and he may be back.
    still = _returnable().filter(pk=ticket_id, team=team, assignee=assignee_id).select_related("assignee").first()
    if still is None or still.assignee is None or not _is_gone(still.assignee, team):
        return False
    assign(change, assignee_id=None)
    method = assigning_teams().get(team.pk)
    data: dict[str, Any] = {"chosen": None, "returned_from": assignee_id, "method": method or "", "why": ["went_away"]}
    if method is not None:
        choice = assign_to_free_person(change, method=method, besides=(assignee_id,))
        data |= decision_data(choice, method) | {"why": ["went_away", *choice.why]}
    if data["chosen"] is None:
        notify(
            user_ids=leads_for(ticket),
            kind="returned",
            key=f"returned:{ticket.pk}:{ticket.event_sequence}",
            ticket_id=ticket.pk,
            data={"number": ticket.number},
        )
    change.save()
    RoutingDecision.objects.create(ticket=ticket, kind=RoutingDecision.Kind.ASSIGNMENT, at=now(), data=data)
    return True
