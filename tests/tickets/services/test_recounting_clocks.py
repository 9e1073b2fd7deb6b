"""A change of set-up reaches the clocks that run, in the background, and wakes nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import make_channel, make_team, make_ticket
from tickets.models import BusinessHours, BusinessHoursSpan, Notification, SLARecomputation, SLATimer, Ticket
from tickets.services import recounting_clocks
from tickets.services.actors import Actor
from tickets.services.clock_changes import business_hours_changed
from tickets.services.customers import update_customer
from tickets.services.enforcement import enforce_time_limits
from tickets.services.recounting_clocks import recount_time_limits
from tickets.services.sla_policies import TargetInput, delete_policy, save_policy
from tickets.services.teams import save_team

pytestmark = pytest.mark.django_db
HOUR = 3600


def promise(
    hours: float,
    *,
    name: str = "Everybody",
    clock: str = "calendar",
    asks: Any = None,
    policy_id: int | None = None,
    position: int = 0,
) -> Any:
    return save_policy(
        actor=Actor.system(), policy_id=policy_id, name=name, description="", is_active=True, conditions=asks or {},
        targets=[TargetInput(metric="first_response", seconds=int(hours * HOUR), clock=clock)],
        warning_actions=[], breach_actions=[], position=position,
    )  # fmt: skip


def ripen() -> None:
    SLARecomputation.objects.update(created_at=timezone.now() - timedelta(minutes=1))


def one(ticket: Ticket) -> SLATimer:
    return SLATimer.objects.get(ticket=ticket, metric="first_response")


def left(ticket: Ticket) -> timedelta:
    due_at = one(ticket).due_at
    assert due_at is not None
    return due_at - ticket.opened_at


def test_changed_policy_reaches_running_clocks_once_every_process_has_heard_of_it() -> None:
    policy = promise(4)
    ticket = make_ticket(make_channel())
    ripen()
    recount_time_limits()
    promise(2, policy_id=policy.pk)
    assert recount_time_limits() == 0
    ripen()
    assert recount_time_limits() == 1
    assert left(ticket) == timedelta(hours=2)
    assert one(ticket).history[-1]["why"] == "policy"
    row = SLARecomputation.objects.order_by("-pk")[0]
    assert (row.total, row.done, row.changed, row.ended_at is not None) == (1, 1, 1, True)


def test_tickets_that_are_late_by_a_new_policy_are_so_without_waking_anybody(lead: Any) -> None:
    ticket = make_ticket(make_channel())
    Ticket.objects.update(waiting_since=timezone.now() - timedelta(hours=3))
    promise(1)
    ripen()
    recount_time_limits()
    enforce_time_limits()
    late = one(ticket)
    assert (late.state, late.breached_at) == ("breached", late.due_at)
    assert not Notification.objects.exists()


def test_removed_policy_takes_its_clocks_off_and_stays_readable() -> None:
    policy = promise(4)
    ticket = make_ticket(make_channel())
    delete_policy(policy_id=policy.pk, actor=Actor.system())
    ripen()
    recount_time_limits()
    assert (one(ticket).state, one(ticket).policy_id) == ("cancelled", policy.pk)
    assert Ticket.objects.get(pk=ticket.pk).next_due_at is None
    promise(1)


def test_customer_who_becomes_a_vip_is_promised_more() -> None:
    promise(4)
    promise(1, name="VIP", asks={"all": [{"field": "is_vip", "test": "is", "value": True}]})
    ripen()
    recount_time_limits()
    ticket = make_ticket(make_channel())
    update_customer(customer_id=ticket.customer_id, actor=Actor.system(), changes={"is_vip": True})
    ripen()
    assert recount_time_limits() == 1
    assert left(ticket) == timedelta(hours=1)


def test_team_that_counts_by_other_hours_moves_its_business_clocks() -> None:
    promise(1, clock="business")
    team = make_team("Night")
    ticket = make_ticket(make_channel(), team=team)
    elsewhere = make_ticket(make_channel())
    ripen()
    recount_time_limits()
    hours = BusinessHours.objects.create(name="Two minutes a week")
    BusinessHoursSpan.objects.create(hours=hours, weekday=0, starts_at="00:00", ends_at="00:02")
    team.business_hours = hours
    save_team(team=team, actor=Actor.system())
    ripen()
    assert recount_time_limits() == 1
    assert left(ticket) > timedelta(days=200)
    assert left(elsewhere) == timedelta(hours=1)
    BusinessHoursSpan.objects.filter(hours=hours).update(ends_at="23:00")
    business_hours_changed(hours_id=hours.pk)
    ripen()
    recount_time_limits()
    assert SLARecomputation.objects.get(scope={"hours": hours.pk}).changed == 1
    assert left(ticket) < timedelta(days=8)


def test_recount_goes_on_where_a_worker_left_it(monkeypatch: Any) -> None:
    tickets = [make_ticket(make_channel()) for _number in range(5)]
    promise(1)
    ripen()
    monkeypatch.setattr(recounting_clocks, "STEP", 2)
    recounting_clocks._begin()
    assert recounting_clocks._step() == 2
    assert SLATimer.objects.count() == 2
    assert recount_time_limits() == 3
    assert {timer.ticket_id for timer in SLATimer.objects.all()} == {ticket.pk for ticket in tickets}


def test_change_that_comes_while_one_waits_is_covered_by_it_but_not_sooner() -> None:
    policy = promise(4)
    ripen()
    promise(2, policy_id=policy.pk)
    assert SLARecomputation.objects.count() == 1
    assert recount_time_limits() == 0
