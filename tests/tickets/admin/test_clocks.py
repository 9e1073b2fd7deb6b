"""Time limits on a ticket: the chips that count down, and the panel that says why a limit is due when it is."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from helpdesk.common.clock import now
from tests.factories import make_ticket
from tickets.models import BusinessHours, BusinessHoursSpan, SLATimer, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import set_pending
from tickets.services.replies import reply_to_ticket
from tickets.services.sla_policies import TargetInput, save_policy

pytestmark = pytest.mark.django_db
Address = Callable[..., str]
FRIDAY = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)


@pytest.fixture
def promised(db: None) -> None:
    """First response within two hours of the office's time, resolution within two days that stand still while pending."""
    hours = BusinessHours.objects.create(name="Office", time_zone="UTC", is_default=True)
    for day in range(5):
        BusinessHoursSpan.objects.create(hours=hours, weekday=day, starts_at=time(9), ends_at=time(17))
    save_policy(
        actor=Actor.system(),
        policy_id=None,
        name="Standard",
        description="",
        is_active=True,
        conditions={},
        targets=[
            TargetInput(metric="first_response", seconds=7200, clock="business"),
            TargetInput(metric="resolution", seconds=172_800, pauses=("pending",)),
        ],
        warning_actions=[],
        breach_actions=[],
        position=None,
    )


def test_panel_says_why_it_is_due_then(
    desk: Client, url: Address, agent: Any, email_channel: Any, promised: None
) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        ticket = make_ticket(email_channel)
        page = desk.get(url("clocks", ticket)).text
        assert "Mon 9 Mar, 09:30" in page
        assert "“Standard”: 2 h, business hours “Office”, since the customer wrote (Fri 6 Mar, 15:30)" in page
        assert 'role="status"' not in page
    with time_machine.travel(FRIDAY + timedelta(hours=1), tick=False):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We look.")
        set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    with time_machine.travel(FRIDAY + timedelta(hours=3), tick=False):
        page = desk.get(url("clocks", ticket)).text
    assert "met, 1 h before the limit" in page
    assert "stands still, 47 h left" in page
    assert "does not count since Fri 6 Mar, 16:30" in page
    assert "stands still: we wait for the customer" in page


def test_panel_says_by_how_much_a_limit_was_missed(
    desk: Client, url: Address, agent: Any, email_channel: Any, promised: None
) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        ticket = make_ticket(email_channel)
    with time_machine.travel(FRIDAY + timedelta(days=3), tick=False):  # Monday, 15:30
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Sorry.")
        page = desk.get(url("clocks", ticket)).text
    assert "missed by 6 h" in page


def test_ticket_without_limits_has_no_panel(desk: Client, url: Address, email_channel: Any) -> None:
    assert desk.get(url("clocks", make_ticket(email_channel))).text == ""


@pytest.mark.parametrize(
    ("minutes", "tone", "words"),
    [(25.5, "waiting", "due in 25 min"), (80.5, "due", "due in 1 h 20 min"), (-125, "late", "2 h 5 min late")],
)
def test_row_counts_down_instead_of_telling_the_wait(
    desk: Client, url: Address, email_channel: Any, minutes: float, tone: str, words: str
) -> None:
    ticket = make_ticket(email_channel, next_due_at=now() + timedelta(minutes=minutes))
    page = desk.get(url("changelist"), {"sort": "due"}).text
    assert f'class="hd-chip hd-chip-{tone}" data-hd-due=' in page
    assert f"<span>{words}</span>" in page
    assert "waits" not in page
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=None)
    assert "waits" in desk.get(url("changelist")).text


def test_bar_names_the_limit_that_is_due_next(desk: Client, url: Address, email_channel: Any, promised: None) -> None:
    ticket = make_ticket(email_channel)
    assert SLATimer.objects.filter(ticket=ticket).count() == 2
    page = desk.get(url("change", ticket)).text
    assert "<b>First response</b>" in page or "<b>Resolution</b>" in page
