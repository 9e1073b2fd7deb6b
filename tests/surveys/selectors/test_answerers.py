from datetime import timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from surveys.models import Invitation, Survey
from surveys.selectors.answerers import answerer_of
from surveys.services.voting import Vote, record_vote
from tests.factories import last_message, make_ticket, receive_message
from tickets.models import Call, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import reopen_ticket, resolve_ticket
from tickets.services.replies import reply_to_ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ticket(clock: Any, api_channel: Any) -> Ticket:
    """A customer has written."""
    return make_ticket(api_channel)


def answer(ticket: Ticket, agent: Any) -> None:
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Here it is.")


def take_call(ticket: Ticket, agent: Any) -> Call:
    """The customer calls, in the running contact of his ticket, and ``agent`` takes the call at once."""
    receive_message(ticket.channel, text="Call")
    call: Call = Call.objects.create(
        channel=ticket.channel, external_id="CA1", message=last_message(ticket), started_at=now(), answered_at=now(),
        agent=agent,
    )  # fmt: skip
    return call


def test_votes_about_two_contacts_go_to_who_answered_in_each(
    clock: Any, ticket: Ticket, survey: Survey, agent: Any, lead: Any
) -> None:
    answer(ticket, agent)
    clock.shift(2 * DAY)
    receive_message(ticket.channel, text="And my other parcel?")
    answer(ticket, lead)
    assert list(Message.objects.order_by("id").values_list("contact_number", flat=True)) == [1, 1, 2, 2]
    voted = {}
    for occasion in ("contact:1", "contact:2", "manual:1"):
        invitation = Invitation.objects.create(
            survey=survey, customer=ticket.customer, ticket=ticket, occasion=occasion, state="sent", due_at=now()
        )
        voted[occasion] = record_vote(invitation_id=invitation.pk, vote=Vote(score=9)).agent
    assert voted == {"contact:1": agent, "contact:2": lead, "manual:1": lead}


def test_call_that_somebody_else_took_counts_when_it_was_later(
    clock: Any, ticket: Ticket, agent: Any, lead: Any
) -> None:
    answer(ticket, agent)
    clock.shift(HOUR)
    call = take_call(ticket, lead)
    assert answerer_of(ticket, "contact:1") == lead.pk
    Call.objects.filter(pk=call.pk).update(answered_at=None)
    assert answerer_of(ticket, "contact:1") == agent.pk, "nobody took it"
    Call.objects.filter(pk=call.pk).update(answered_at=now())
    clock.shift(HOUR)
    answer(ticket, agent)
    assert answerer_of(ticket, "contact:1") == agent.pk
    clock.shift(2 * DAY)
    assert answerer_of(ticket, "contact:2") is None


def test_resolution_is_that_of_who_answered_last_before_it(clock: Any, ticket: Ticket, agent: Any, lead: Any) -> None:
    answer(ticket, agent)
    clock.shift(HOUR)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead))
    clock.shift(HOUR)
    reopen_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    take_call(ticket, lead)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert (answerer_of(ticket, "resolution:1"), answerer_of(ticket, "resolution:2")) == (agent.pk, lead.pk)


def test_resolution_that_nobody_answered_before_is_that_of_who_resolved(
    clock: Any, ticket: Ticket, agent: Any, lead: Any
) -> None:
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead))
    clock.shift(HOUR)
    reopen_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    answer(ticket, agent)
    assert answerer_of(ticket, "resolution:1") == lead.pk
