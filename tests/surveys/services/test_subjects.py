from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from surveys.models import Invitation, Response, Survey
from surveys.services.inviting import invite_customer
from surveys.services.planning import plan_tickets
from surveys.services.sending import send_due_surveys
from surveys.services.subjects import keep_subjects
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Call, Message, Ticket, Topic
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.lifecycle import resolve_ticket
from tickets.services.locking import lock_ticket

NUMBER = "+436601234567"
BACKFILL = import_module("surveys.migrations.0008_questions_know_what_they_are_about").SQL


@pytest.fixture
def caller_asked_by_text_message(clock: Any, survey: Survey, lead: Any) -> Invitation:
    """A call that the lead took; the caller had hung up and got a text message."""
    Survey.objects.update(delay=timedelta(0))
    make_channel(kind="sms", slug="texts")
    channel = make_channel(kind="voice", slug="phone")
    ticket = make_ticket(channel, sender=Address(address=NUMBER, name="Carla"))
    message = Message.objects.get(ticket=ticket)
    Call.objects.create(
        channel=channel, external_id="CA1", message=message, agent=lead, started_at=now(), answered_at=now()
    )
    locked = lock_ticket(ticket.pk)
    data = {"message": message.pk, "contact": 1}
    write_event(ticket=locked, kind="call.answered", actor=Actor.agent(lead), data=data)
    ended = {"message": message.pk, "talk_seconds": 60, "hold_seconds": 0, "is_missed": False}
    write_event(ticket=locked, kind="call.ended", actor=Actor.system(), data=ended)
    plan_tickets([ticket.pk])
    clock.shift(timedelta(minutes=1))
    send_due_surveys()
    return Invitation.objects.select_related("conversation__channel", "of_channel").get(ticket=ticket)


def test_caller_asked_by_text_message_is_asked_about_the_call(
    caller_asked_by_text_message: Invitation, lead: Any
) -> None:
    invitation = caller_asked_by_text_message
    assert invitation.conversation is not None
    assert invitation.of_channel is not None
    assert (invitation.conversation.channel.slug, invitation.of_channel.slug) == ("texts", "phone")
    assert invitation.of_agent == lead
    response = record_vote(invitation_id=invitation.pk, vote=Vote(score=9))
    assert (response.channel, response.agent) == (invitation.of_channel, lead)


def test_question_keeps_team_topic_and_answerer_of_its_own_contact(
    clock: Any, survey: Survey, answered_ticket: Callable[..., Ticket], agent: Any, lead: Any
) -> None:
    topic, team = Topic.objects.create(name="Delivery"), make_team("First line")
    ticket = answered_ticket(team=team, topic=topic)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    plan_tickets([ticket.pk])
    first = Invitation.objects.get(occasion="contact:1")
    later = Message.objects.create(
        ticket=ticket,
        conversation=Message.objects.filter(ticket=ticket, author="customer").get().conversation,
        channel=make_channel(slug="other"),
        direction="out",
        author="agent",
        author_agent=lead,
        contact_number=2,
        text="Later.",
        sort_at=now() + timedelta(days=1),
        received_at=now(),
        dedup_key=b"later",
    )
    second = Invitation(ticket=ticket, occasion="contact:2", survey=survey, customer=ticket.customer, due_at=now())
    keep_subjects([first, second])
    assert (first.of_agent, first.of_channel, first.of_team, first.of_topic) == (agent, ticket.channel, team, topic)
    assert (second.of_agent, second.of_channel_id) == (lead, later.channel_id)


def test_number_of_queries_does_not_depend_on_how_many_contacts_are_asked_about(
    survey: Survey, answered_ticket: Callable[..., Ticket], django_assert_num_queries: Any
) -> None:
    tickets = [answered_ticket() for _number in range(3)]
    asked = [
        Invitation(ticket=one, occasion="contact:1", survey=survey, customer=one.customer, due_at=now())
        for one in tickets
    ]
    with django_assert_num_queries(4):
        keep_subjects(asked)


def test_question_of_a_link_and_one_asked_for_are_about_the_latest_contact(
    survey: Survey, answered_ticket: Callable[..., Ticket], agent: Any
) -> None:
    ticket = answered_ticket()
    invitation = invite_customer(
        survey_id=survey.pk,
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        occasion="api:order-7",
        actor=Actor.system(),
        send=False,
    )
    assert (invitation.of_channel, invitation.of_agent) == (ticket.channel, agent)


def test_nobody_answered_for_a_ticket_that_is_only_assigned(survey: Survey, email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel, assignee=agent)
    asked = Invitation(ticket=ticket, occasion="contact:1", survey=survey, customer=ticket.customer, due_at=now())
    keep_subjects([asked])
    assert (asked.of_channel, asked.of_agent) == (email_channel, None)


def test_questions_of_earlier_releases_learn_what_they_were_about(
    caller_asked_by_text_message: Invitation,
    answered_ticket: Callable[..., Ticket],
    survey: Survey,
    lead: Any,
    agent: Any,
) -> None:
    called = caller_asked_by_text_message
    record_vote(invitation_id=called.pk, vote=Vote(score=9))
    texts = called.conversation.channel if called.conversation is not None else None
    ticket = answered_ticket()
    Invitation.objects.create(
        ticket=ticket, occasion="manual:1", survey=survey, customer=ticket.customer, due_at=now(), sent_at=now()
    )
    nothing = {"of_channel": None, "of_team": None, "of_agent": None, "of_topic": None}
    Invitation.objects.update(**nothing)
    Response.objects.update(channel=texts)
    with connection.cursor() as cursor:
        cursor.execute(BACKFILL)
    called.refresh_from_db()
    phone = Channel.objects.get(slug="phone")
    assert (called.of_channel, called.of_agent, called.response.channel) == (phone, lead, phone)
    manual = Invitation.objects.get(occasion="manual:1")
    assert (manual.of_channel, manual.of_agent) == (ticket.channel, agent)
