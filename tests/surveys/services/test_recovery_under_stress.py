"""Several workers at once, and workers that die: each signal counts once, each customer is told once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from channels_app.adapters.base import Address
from surveys.models import ActionNotice, CorrectiveAction, Invitation, RecoveryCase, RecoverySignal
from surveys.services import recovery
from surveys.services.preset import ensure_preset_survey
from surveys.services.voting import Vote, record_vote
from tests.factories import make_ticket
from tests.support.event_log import wait_for_horizon
from tests.support.programs import run_program
from tests.support.recovery import APOLOGY, make_case, our_cause, understand
from tickets.models import Message, Notification, Ticket, TicketEvent
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)


def together(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of this at once, each with a connection of its own."""

    def run(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def low_votes(channel: Any, count: int) -> None:
    """This many customers are unhappy."""
    survey = ensure_preset_survey()
    for number in range(count):
        ticket = make_ticket(channel, sender=Address(address=f"c{number}@customer.example", name="C"))
        asked = Invitation.objects.create(
            survey=survey, customer=ticket.customer, ticket=ticket, occasion="contact:1", state="sent",
            due_at=ticket.opened_at, sent_at=ticket.opened_at,
        )  # fmt: skip
        record_vote(invitation_id=asked.pk, vote=Vote(score=2))
    wait_for_horizon()


def test_eight_openers_of_one_customer_make_one_case(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)

    def opener(number: int) -> Callable[[], int]:
        return lambda: make_case(email_channel, ticket=ticket, key=f"manual:{number % 4}").pk

    assert len(set(together([opener(number) for number in range(8)]))) == 1
    assert (RecoveryCase.objects.count(), RecoverySignal.objects.count()) == (1, 4)
    assert TicketEvent.objects.filter(kind="recovery.opened").count() == 1


def test_eight_workers_and_people_open_each_case_once(email_channel: Any) -> None:
    low_votes(email_channel, 8)
    tickets = list(Ticket.objects.order_by("-pk"))

    def by_hand() -> None:
        for ticket in tickets:
            make_case(email_channel, ticket=ticket, key=f"manual:{ticket.pk}")

    together([recovery.find_signals, by_hand] * 4)
    recovery.find_signals()
    assert RecoveryCase.objects.count() == TicketEvent.objects.filter(kind="recovery.opened").count() == 8
    assert RecoverySignal.objects.count() == 16


@pytest.mark.parametrize("step", ["recovery.after_opening", "recovery.before_position"])
def test_follower_that_dies_opens_each_case_once(email_channel: Any, step: str) -> None:
    low_votes(email_channel, 3)
    program = "from surveys.services.recovery import find_signals as f; f()"
    assert [run_program(program, failpoint=step), run_program(program, failpoint=step)] == [-9, -9]
    assert RecoveryCase.objects.count() == 0
    wait_for_horizon()
    assert run_program(program) == 0
    assert RecoveryCase.objects.count() == RecoverySignal.objects.count() == 3


def test_eight_clicks_send_one_apology(email_channel: Any, agent: Any) -> None:
    case, me = make_case(email_channel), Actor.agent(agent)
    understand(case, me)
    together([lambda: recovery.send_apology(case_id=case.pk, text=APOLOGY, actor=me)] * 8)
    assert Message.objects.filter(author="agent").count() == case.steps.filter(kind="apology").count() == 1


def test_eight_sweeps_tell_of_a_late_case_once(email_channel: Any, agent: Any) -> None:
    case = make_case(email_channel, owner=agent)
    RecoveryCase.objects.update(first_contact_due_at=case.opened_at, next_due_at=case.opened_at)
    together([recovery.tell_late_cases] * 8)
    assert Notification.objects.filter(kind="recovery_late").count() == 1


def waiting_for_a_correction(channel: Any, agent: Any, count: int) -> None:
    me, cause = Actor.agent(agent), our_cause("process.slow")
    for number in range(count):
        ticket = make_ticket(channel, sender=Address(address=f"c{number}@customer.example", name="C"))
        make_case(channel, ticket=ticket, key=f"manual:{number}")
    RecoveryCase.objects.update(root_cause=cause)
    action = CorrectiveAction.objects.create(root_cause=cause, title="Two more people in the warehouse")
    recovery.finish_action(action_id=action.pk, result="", actor=me)


def all_told_once(count: int) -> bool:
    told = Message.objects.filter(author="agent")
    each = told.values("ticket").distinct().count()
    return told.count() == each == ActionNotice.objects.filter(told_at__isnull=False).count() == count


def test_eight_workers_tell_each_customer_of_a_correction_once(email_channel: Any, agent: Any) -> None:
    waiting_for_a_correction(email_channel, agent, 12)
    together([recovery.tell_corrections] * 8)
    recovery.tell_corrections()
    assert all_told_once(12)


@pytest.mark.parametrize("step", ["recovery.after_telling", "recovery.after_notice"])
def test_worker_that_dies_while_telling_forgets_and_doubles_nobody(email_channel: Any, agent: Any, step: str) -> None:
    waiting_for_a_correction(email_channel, agent, 4)
    program = "from surveys.services.recovery import tell_corrections as t; t()"
    assert [run_program(program, failpoint=f"{step}:2") for _time in range(2)] == [-9, -9]
    assert run_program(program) == 0
    assert all_told_once(4)
