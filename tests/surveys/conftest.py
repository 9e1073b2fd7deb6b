"""A clock that stands still, and contacts that an agent has answered."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from surveys.models import Invitation, Survey
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_ticket
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Monday, 09:00 UTC, until ``clock.shift(timedelta)``."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def survey(db: None) -> Survey:
    return ensure_preset_survey()


@pytest.fixture
def answered_ticket(survey: Survey, email_channel: Any, agent: Any) -> Callable[..., Ticket]:
    """Make a ticket whose customer wrote and was answered."""

    def make(**fields: Any) -> Ticket:
        ticket = make_ticket(email_channel, **fields)
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It is on its way.")
        ticket.refresh_from_db()
        return ticket

    return make


@pytest.fixture
def asked(answered_ticket: Callable[..., Ticket], survey: Survey) -> Callable[..., Invitation]:
    """Make an invitation whose mail is queued: the customer has his link."""

    def make(**fields: Any) -> Invitation:
        ticket = answered_ticket(**fields)
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.system())
        Survey.objects.update(delay=timedelta(0))
        plan_tickets([ticket.pk])
        send_due_surveys()
        return Invitation.objects.get(ticket=ticket)

    return make
