"""Several workers at once, and workers that die: every contact is asked about once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from channels_app.adapters.base import Address
from surveys.models import Invitation, Survey
from surveys.services.planning import plan_surveys
from surveys.services.sending import send_due_surveys
from surveys.services.voting import Vote, record_vote
from tests.factories import make_ticket
from tests.support.event_log import wait_for_horizon
from tests.support.programs import run_program
from tickets.models import Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, work: Callable[[], Any]) -> list[Any]:
    """Run the work in this many threads, each with a connection of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


@pytest.fixture
def end_contacts(survey: Survey, email_channel: Any, agent: Any) -> Callable[[int], None]:
    """End this many answered contacts, each of another customer; they are due at once."""

    def end(count: int) -> None:
        Survey.objects.update(delay=timedelta(0))
        for number in range(count):
            ticket = make_ticket(email_channel, sender=Address(address=f"c{number}@customer.example", name="C"))
            reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.")
            resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
        wait_for_horizon()

    return end


def mails() -> int:
    return Message.objects.filter(purpose="survey").count()


def test_every_ended_contact_is_asked_about_once_by_two_workers(end_contacts: Callable[[int], None]) -> None:
    end_contacts(200)

    def work() -> None:
        for _ in range(4):
            plan_surveys()
            send_due_surveys()

    together(2, work)
    plan_surveys()
    send_due_surveys()
    assert Invitation.objects.filter(state="sent").count() == Ticket.objects.count() == mails() == 200
    assert TicketEvent.objects.filter(kind="survey.sent").count() == 200


def test_eight_workers_ask_one_customer_once(end_contacts: Callable[[int], None]) -> None:
    end_contacts(1)
    together(8, plan_surveys)
    together(8, send_due_surveys)
    assert (Invitation.objects.count(), mails()) == (1, 1)


def test_eight_workers_respect_the_quiet_period(survey: Survey, email_channel: Any, agent: Any) -> None:
    Survey.objects.update(delay=timedelta(0))
    for number in range(8):
        ticket = make_ticket(email_channel, subject=f"Matter {number}")
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.")
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    wait_for_horizon()
    plan_surveys()
    together(8, send_due_surveys)
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["sent"] + ["suppressed"] * 7


def test_eight_resolutions_at_once_make_one_question(end_contacts: Callable[[int], None], agent: Any) -> None:
    end_contacts(1)
    ticket = Ticket.objects.get()

    def work() -> None:
        plan_surveys()
        send_due_surveys()

    together(8, work)
    assert Invitation.objects.filter(ticket=ticket).count() == 1


def test_eight_sends_of_one_form_are_one_vote(end_contacts: Callable[[int], None]) -> None:
    end_contacts(1)
    plan_surveys()
    send_due_surveys()
    invitation = Invitation.objects.get()
    together(8, lambda: record_vote(invitation_id=invitation.pk, vote=Vote(score=9)))
    assert TicketEvent.objects.filter(kind="survey.answered").count() == 1


@pytest.mark.parametrize("step", ["survey.before_queue", "survey.after_queue"])
def test_worker_that_dies_while_asking_loses_and_doubles_nothing(
    end_contacts: Callable[[int], None], step: str
) -> None:
    end_contacts(3)
    plan_surveys()
    for _ in range(2):
        assert run_worker(f"{step}:2") == -9
    assert run_worker("") == 0
    assert (Invitation.objects.filter(state="sent").count(), mails()) == (3, 3)


def run_worker(failpoint: str) -> int:
    """Send what is due in a process of its own; returns its exit code."""
    program = "from surveys.services.sending import send_due_surveys as s; s()"
    return run_program(program, failpoint=failpoint)
