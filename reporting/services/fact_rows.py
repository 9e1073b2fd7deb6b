"""From the logs of some tickets to the rows of facts about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels_app.models import Channel
from reporting.models import ContactFact, ResponseFact, TicketFact
from reporting.policies.case import fold_case
from reporting.policies.contacts import fold_contacts
from reporting.policies.facts import FactValues, fold_events
from reporting.policies.waits import fold_waits
from tickets.models import Ticket, TicketEvent
from tickets.policies.business_time import Week, business_seconds_between
from tickets.selectors.sla import active_hours


@dataclass(kw_only=True)
class FactRows:
    """Rows to be written; ``demo``: which of the tickets are demo."""

    tickets: list[TicketFact] = field(default_factory=list)
    waits: list[ResponseFact] = field(default_factory=list)
    contacts: list[ContactFact] = field(default_factory=list)
    demo: set[int] = field(default_factory=set)


def make_rows(logs: Mapping[int, Sequence[TicketEvent]]) -> FactRows:
    """The facts of these tickets. Whose a ticket is, what it is about and whether it is demo stands on the ticket itself; every
    change of that is told in its log, so that the facts follow. Three queries."""
    columns = ("pk", "is_demo", "customer_id", "topic_id")
    standing = {row[0]: row[1:] for row in Ticket.objects.filter(pk__in=logs).values_list(*columns)}
    gaps: dict[int, timedelta] = dict(Channel.objects.values_list("pk", "session_gap"))
    rows = FactRows()
    for ticket_id, log in logs.items():
        values = fold_events(log)
        if values.channel_id is None:
            continue  # a log that does not begin with the opening is no ticket's
        is_demo, customer_id, topic_id = standing[ticket_id]
        if is_demo:
            rows.demo.add(ticket_id)
        gap = gaps[values.channel_id]
        of_ticket = {"ticket_id": ticket_id, "is_demo": is_demo, "topic_id": topic_id}
        fact = TicketFact(
            **of_ticket,
            is_counted=not values.excluded_because and not is_demo,
            customer_id=customer_id,
            **vars(values),
            **vars(fold_case(log, session_gap=gap)),
        )
        week = _week_of(values)
        fact.first_response_business_seconds = _open_seconds(week, values.waiting_started_at, values.first_response_at)
        rows.tickets.append(fact)
        if not values.excluded_because:
            rows.waits += _waits(log, fact, week)
            rows.contacts += _contacts(log, of_ticket, values, gap)
    return rows


def _week_of(values: FactValues) -> Week | None:
    """The business hours of the ticket's team, else its channel's, else the default ones, as they are now; None without any."""
    hours = active_hours()
    by_team = hours.of_team.get(values.team_id) if values.team_id is not None else None
    chosen = by_team or hours.of_channel.get(values.channel_id or 0) or hours.default
    return hours.weeks.get(chosen) if chosen is not None else None


def _open_seconds(week: Week | None, start: datetime | None, end: datetime | None) -> int | None:
    """NULL where there are no hours: nobody knows, which is not 0."""
    if week is None or start is None or end is None:
        return None
    return round(business_seconds_between(week, start=start, end=max(start, end)))


def _waits(log: Sequence[TicketEvent], fact: TicketFact, week: Week | None) -> list[ResponseFact]:
    return [
        ResponseFact(
            ticket_id=fact.ticket_id,
            number=number,
            is_demo=fact.is_demo,
            channel_id=fact.channel_id,
            team_id=fact.team_id,
            responder_id=wait.responder_id,
            waiting_started_at=wait.started_at,
            answered_at=wait.answered_at,
            seconds=wait.seconds,
            business_seconds=_open_seconds(week, wait.started_at, wait.answered_at),
            is_waiting=wait.is_waiting,
        )
        for number, wait in enumerate(fold_waits(log), start=1)
    ]


def _contacts(
    log: Sequence[TicketEvent], of_ticket: Mapping[str, Any], values: FactValues, gap: timedelta
) -> list[ContactFact]:
    return [
        ContactFact(**of_ticket, team_id=values.team_id, **vars(contact))
        for contact in fold_contacts(log, session_gap=gap)
    ]
