"""What a policy says for limits that are missed or near is done once, and a fault in one action stops no other."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.factories import make_channel, make_ticket
from tickets.models import Notification, RoutingDecision, SLAPolicy, SLATarget, SLATimer, Ticket
from tickets.services import actions
from tickets.services.actors import Actor
from tickets.services.enforcement import enforce_time_limits
from tickets.services.escalation import MOST_TRIES, carry_out_escalations
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
URGENT = {"do": "set_priority", "to": "urgent"}
TAG = {"do": "add_tags", "tags": ["late"]}


def promise(*, breach: list[Any], warning: list[Any] | None = None) -> None:
    policy = SLAPolicy.objects.create(name="Everybody", breach_actions=breach, warning_actions=warning or [])
    SLATarget.objects.create(policy=policy, metric="first_response", seconds=3600, warn_before_seconds=900)


def let_pass(minutes: int) -> None:
    """As if the customer had written so much earlier."""
    span: Any = {"span": timedelta(minutes=minutes)}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_ticket SET waiting_since = waiting_since - %(span)s", span)
        cursor.execute(
            "UPDATE tickets_slatimer SET due_at = due_at - %(span)s, warn_at = warn_at - %(span)s, "
            "started_at = started_at - %(span)s",
            span,
        )
    enforce_time_limits()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_actions_of_a_missed_limit_are_done_once_and_written_down() -> None:
    promise(breach=[URGENT, TAG])
    ticket = make_ticket(make_channel())
    let_pass(61)
    assert (carry_out_escalations(), carry_out_escalations()) == (1, 0)
    assert fresh(ticket).priority == "urgent"
    assert [tag.name for tag in ticket.tags.all()] == ["late"]
    decision = RoutingDecision.objects.get(ticket=ticket, kind="escalation")
    assert [(done["do"], done["state"]) for done in decision.data["actions"]] == [
        ("set_priority", "done"),
        ("add_tags", "done"),
    ]
    assert decision.trigger == "sla_breached"


def test_warning_has_actions_of_its_own_before_those_of_the_miss() -> None:
    promise(warning=[TAG], breach=[URGENT])
    ticket = make_ticket(make_channel())
    let_pass(50)
    carry_out_escalations()
    assert (fresh(ticket).priority, ticket.tags.count()) == ("normal", 1)
    let_pass(11)
    carry_out_escalations()
    assert fresh(ticket).priority == "urgent"
    triggers = (
        RoutingDecision.objects.filter(ticket=ticket, kind="escalation")
        .order_by("pk")
        .values_list("trigger", flat=True)
    )
    assert list(triggers) == ["sla_warned", "sla_breached"]


def test_warning_that_nobody_acted_on_yet_is_not_lost_when_the_limit_is_missed() -> None:
    promise(warning=[TAG], breach=[URGENT])
    ticket = make_ticket(make_channel())
    let_pass(50)
    let_pass(11)
    carry_out_escalations()
    assert (fresh(ticket).priority, ticket.tags.count()) == ("urgent", 1)


def test_answered_meanwhile_nothing_is_escalated(agent: Any) -> None:
    promise(breach=[URGENT])
    ticket = make_ticket(make_channel())
    let_pass(61)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Sorry for the wait.")
    carry_out_escalations()
    assert fresh(ticket).priority == "normal"
    assert not RoutingDecision.objects.filter(kind="escalation").exists()


def test_whom_the_sweep_has_told_is_not_told_twice_and_gets_the_mail_that_was_asked_for(agent: Any) -> None:
    promise(breach=[{"do": "notify", "who": ["assignee"], "by": ["mail"]}])
    ticket = make_ticket(make_channel(), assignee=agent)
    let_pass(61)
    carry_out_escalations()
    assert Notification.objects.get(ticket=ticket, user=agent).by_mail


def test_action_that_fails_stops_no_other_and_is_tried_again_a_few_times(monkeypatch: Any) -> None:
    promise(breach=[URGENT, TAG])
    ticket = make_ticket(make_channel())

    def fail(*_args: Any) -> Any:
        raise RuntimeError("out of order")

    monkeypatch.setitem(actions.HANDLERS, "set_priority", fail)
    let_pass(61)
    for _try in range(MOST_TRIES + 2):
        SLATimer.objects.update(actions_at=None)
        carry_out_escalations()
    assert RoutingDecision.objects.filter(ticket=ticket, kind="escalation").count() == MOST_TRIES
    assert [tag.name for tag in ticket.tags.all()] == ["late"]
    assert SLATimer.objects.get(ticket=ticket).actions_due == ""


def test_action_that_failed_once_is_done_the_next_time(monkeypatch: Any) -> None:
    promise(breach=[URGENT])
    ticket = make_ticket(make_channel())
    with monkeypatch.context() as broken:
        broken.setitem(actions.HANDLERS, "set_priority", lambda *_args: 1 / 0)
        let_pass(61)
        carry_out_escalations()
    assert carry_out_escalations() == 0
    SLATimer.objects.update(actions_at=None)
    assert carry_out_escalations() == 1
    assert fresh(ticket).priority == "urgent"
