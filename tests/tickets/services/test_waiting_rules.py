"""Rules that wait for time: once for each wait, on what has come due, with a bounded look at the rest."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import RoutingDecision, RoutingRule, Ticket
from tickets.services import waiting_rules
from tickets.services.actors import Actor
from tickets.services.replies import reply_to_ticket
from tickets.services.waiting_rules import run_waiting_rules

pytestmark = pytest.mark.django_db
DAY = 86_400


@pytest.fixture
def channel():
    return make_channel()


def make_rule(name="Waits", *, since="waiting_since", conditions=None, actions=None, **fields):
    return RoutingRule.objects.create(
        name=name, triggers=["time"], after_seconds=DAY, since=since, conditions=conditions or {},
        actions=actions or [{"do": "set_priority", "to": "urgent"}], **fields,
    )  # fmt: skip


def waiting(channel, hours, column="waiting_since", **fields):
    return make_ticket(channel, **{column: now() - timedelta(hours=hours)}, **fields)


def priorities(*tickets):
    return [Ticket.objects.get(pk=ticket.pk).priority for ticket in tickets]


def test_rule_acts_when_its_time_has_come_and_once(channel):
    rule = make_rule()
    early, late = waiting(channel, 23), waiting(channel, 25)
    assert (run_waiting_rules(), run_waiting_rules()) == (1, 0)
    assert priorities(early, late) == ["normal", "urgent"]
    decision = RoutingDecision.objects.get()
    assert (decision.rule, decision.trigger) == (rule, "time")
    assert decision.occasion == f"waiting_since:{late.waiting_since.isoformat()}"


def test_next_wait_is_another_occasion(channel, agent):
    make_rule(actions=[{"do": "add_note", "text": "Waited for a day"}])
    ticket = waiting(channel, 25)
    run_waiting_rules()
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We look into it")
    assert run_waiting_rules() == 0
    Ticket.objects.filter(pk=ticket.pk).update(waiting_since=now() - timedelta(hours=30))
    assert run_waiting_rules() == 1
    assert ticket.messages.filter(kind="note").count() == 2


@pytest.mark.parametrize(
    ("since", "status", "acts"),
    [
        ("last_message_at", "open", True),
        ("opened_at", "on_hold", True),
        ("last_resolved_at", "resolved", True),
        ("last_resolved_at", "closed", False),
        ("opened_at", "resolved", False),
    ],
)
def test_time_counts_from_what_the_rule_names_and_in_statuses_where_it_means_something(channel, since, status, acts):
    make_rule(since=since, actions=[{"do": "add_tags", "tags": ["late"]}])
    waiting(channel, 25, column=since, status=status)
    assert run_waiting_rules() == acts


def test_ticket_that_meets_the_conditions_after_its_time_is_found_later(channel):
    make_rule(conditions={"all": [{"field": "language", "test": "is", "value": ["de"]}]})
    ticket = waiting(channel, 48)
    assert run_waiting_rules() == 0
    Ticket.objects.filter(pk=ticket.pk).update(language="de")
    assert run_waiting_rules() == 1


def test_every_ticket_gets_its_turn_in_pages(channel, monkeypatch):
    monkeypatch.setattr(waiting_rules, "PAGE", 2)
    make_rule()
    tickets = [waiting(channel, 30 + number) for number in range(5)]
    assert run_waiting_rules() == 5
    assert priorities(*tickets) == ["urgent"] * 5
    Ticket.objects.update(waiting_since=now() - timedelta(hours=40), priority="low")
    for _turn in range(4):
        run_waiting_rules()
    assert priorities(*tickets) == ["urgent"] * 5


def test_rule_that_stops_keeps_the_later_ones_away(channel):
    make_rule("First", stops=True, position=0)
    make_rule("Second", actions=[{"do": "set_priority", "to": "low"}], position=1)
    ticket = waiting(channel, 25)
    assert run_waiting_rules() == 1
    assert priorities(ticket) == ["urgent"]


def test_rule_that_is_only_tried_writes_down_once_and_does_nothing(channel):
    make_rule(is_dry_run=True)
    ticket = waiting(channel, 25)
    run_waiting_rules()
    run_waiting_rules()
    assert priorities(ticket) == ["normal"]
    assert RoutingDecision.objects.get().is_dry_run


def test_rule_that_fails_keeps_no_other_from_its_turn(channel):
    broken = {"all": [{"field": "text", "test": "no such test", "value": ["x"]}]}
    make_rule("Broken", conditions=broken, position=0)
    make_rule("Sound", position=1)
    ticket = waiting(channel, 25)
    run_waiting_rules()
    assert priorities(ticket) == ["urgent"]


def test_cost_does_not_grow_with_what_was_done_before(channel):
    make_rule()
    for number in range(3):
        waiting(channel, 25 + number)
    run_waiting_rules()
    counts = []
    for more in (0, 12):
        for number in range(more):
            waiting(channel, 30 + number)
        if more:
            run_waiting_rules()
        with CaptureQueriesContext(connection) as queries:
            run_waiting_rules()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6
