"""Who owns a case, and who is told of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from helpdesk.common.clock import now
from surveys.models import RecoveryCase
from surveys.services.recovery_changes import CaseChange
from tickets.models import Ticket
from tickets.policies.assignment import Candidate, Choice, Needs, choose
from tickets.selectors.workload import candidates_for
from tickets.services.actors import Actor
from tickets.services.auto_assignment import assigning_teams, needs_of
from tickets.services.notifying import leads_for, notify


def owner_for(case: RecoveryCase, ticket: Ticket | None, *, besides: int | None) -> Choice:
    """Who should own a case, by the rules by which tickets find their person; ``besides`` gets it only where nobody else can.

    Presence and room are those of the tickets; among equals it is whoever has the fewest open cases, or had none for the longest time.
    """
    if case.team_id is None:
        return Choice(user_id=None)
    candidates = _by_cases(candidates_for(team_id=case.team_id, at=now()))
    needs = needs_of(ticket) if ticket is not None else Needs()
    method = assigning_teams().get(case.team_id) or "least_busy"
    first = choose(candidates=candidates, needs=needs, method=method, besides=(besides,) if besides is not None else ())
    if first.user_id is not None or besides is None:
        return first
    return choose(candidates=candidates, needs=needs, method=method)


def _by_cases(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same people with their open cases in place of their open tickets."""
    rows = RecoveryCase.objects.filter(owner__in=[one.user_id for one in candidates]).order_by("opened_at")
    open_cases: dict[int, int] = {}
    last: dict[int, datetime] = {}
    since = now() - timedelta(days=90)
    for owner_id, opened_at, closed_at in rows.filter(opened_at__gte=since).values_list(
        "owner_id", "opened_at", "closed_at"
    ):
        open_cases[owner_id] = open_cases.get(owner_id, 0) + (closed_at is None)
        last[owner_id] = opened_at
    return [
        replace(one, open_tickets=open_cases.get(one.user_id, 0), last_assigned_at=last.get(one.user_id))
        for one in candidates
    ]


def team_of(case: RecoveryCase) -> int | None:
    """The team that a case concerns: its own, else its ticket's. Reads ``case.ticket``."""
    return case.team_id or (case.ticket.team_id if case.ticket is not None else None)


def leads_of_team(team_id: int | None) -> list[int]:
    """The leads of a team; all where there is no team."""
    return leads_for(Ticket(team_id=team_id))


def leads_of(case: RecoveryCase) -> list[int]:
    """The leads whom a case concerns."""
    return leads_of_team(team_of(case))


def tell_people(case: RecoveryCase) -> None:
    if case.owner_id is not None:
        tell_owner(case, case.owner_id, key=f"recovery_owner:{case.pk}")
        return
    notify(
        user_ids=leads_of(case),
        kind="recovery_unowned",
        key=f"recovery_unowned:{case.pk}",
        ticket_id=case.ticket_id,
        data={"case": case.pk, "source": case.source},
        by_mail=not case.is_demo,
    )


def give_out_cases() -> int:
    """Find owners for the open cases that have none, as soon as somebody is there (sweep); returns how many."""
    unowned = RecoveryCase.objects.filter(closed_at=None, owner=None, team__isnull=False, is_demo=False)
    return sum(_give_out(case_id) for case_id in unowned.order_by("opened_at").values_list("pk", flat=True)[:100])


@transaction.atomic
def _give_out(case_id: int) -> bool:
    rows = RecoveryCase.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    case = rows.select_related("ticket").filter(pk=case_id, closed_at=None, owner=None).first()
    if case is None:
        return False
    signal = case.signals.order_by("pk").first()
    besides = signal.response.agent_id if signal is not None and signal.response is not None else None
    choice = owner_for(case, case.ticket, besides=besides)
    if choice.user_id is None:
        return False
    change = CaseChange(case, Actor.system())
    change.set(owner_id=choice.user_id)
    change.save()
    tell_owner(case, choice.user_id, key=f"recovery_owner:{case.pk}")
    return True


def tell_owner(case: RecoveryCase, owner_id: int, *, key: str) -> None:
    """Tell somebody that a case is his."""
    notify(
        user_ids=[owner_id], kind="recovery_owner", key=key, ticket_id=case.ticket_id,
        data={"case": case.pk, "source": case.source}, by_mail=not case.is_demo,
    )  # fmt: skip
