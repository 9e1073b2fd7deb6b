"""Trying a rule: it says what the real run then does, writes nothing, and asks the database a few times only."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_app.adapters.base import Address
from helpdesk.common.errors import InvalidInput
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Message, RoutingDecision, RoutingRule, Tag, Ticket, TicketEvent, Topic, TriageItem
from tickets.selectors.routing import rule_of
from tickets.services import dry_run as services
from tickets.services import routing, triage
from tickets.services.dry_run import dry_run
from tickets.services.triage import triage_ticket

pytestmark = pytest.mark.django_db
TEXTS = ("I want a refund", "Where is my parcel?", "Danke!")


def make_tickets(channel, count):
    return [
        make_ticket(
            channel,
            text=TEXTS[number % len(TEXTS)],
            subject=f"Case {number}",
            sender=Address(address=f"c{number}@customer.example", name=f"C {number}"),
        )
        for number in range(count)
    ]


def unsaved(*actions, conditions=None, triggers=("created",), **fields):
    rule = RoutingRule(
        name="Tried", triggers=list(triggers), conditions=conditions or {}, actions=list(actions), **fields
    )
    return rule_of(rule)


REFUND = {"all": [{"field": "text", "test": "contains", "value": ["refund"]}]}


def test_it_counts_and_lists_what_would_have_matched_and_changed(superuser):
    first, *_others = make_tickets(make_channel(), 9)
    Ticket.objects.filter(pk=first.pk).update(priority="urgent")
    result = dry_run(rule=unsaved({"do": "set_priority", "to": "urgent"}, conditions=REFUND), user=superuser)
    assert (result.looked_at, result.matched, result.changed) == (9, 3, 2)
    assert [row.changes for row in result.rows] == [True, True, False]
    assert result.rows[0].outcomes[0].data == {"from": "normal", "to": "urgent"}


def test_nothing_is_written(superuser):
    make_tickets(make_channel(), 3)
    counted = (Ticket, TicketEvent, RoutingDecision, Message, Tag)
    before = [model.objects.count() for model in counted] + list(Ticket.objects.values_list("version", flat=True))
    actions = [{"do": "add_tags", "tags": ["new"]}, {"do": "add_note", "text": "x"}, {"do": "mark_spam"}]
    assert dry_run(rule=unsaved(*actions), user=superuser).changed == 3
    assert [model.objects.count() for model in counted] + list(
        Ticket.objects.values_list("version", flat=True)
    ) == before


def test_number_of_statements_does_not_grow_with_the_tickets(superuser, agent):
    channel = make_channel()
    conditions = {
        "all": [
            {"field": "text", "test": "contains_not", "value": ["nothing like this"]},
            {"field": "visibility", "test": "is", "value": ["private"]},
            {"field": "tags", "test": "has_not", "value": ["x"]},
            {"field": "has_attachment", "test": "is", "value": False},
            {"field": "sender", "test": "ends_with", "value": ["customer.example"]},
            {"field": "organization", "test": "is_empty"},
            {"field": "is_open_hours", "test": "is", "value": True},
        ]
    }
    rule = unsaved(
        {"do": "add_tags", "tags": ["a"]},
        {"do": "assign_agent", "to": agent.pk},
        {"do": "notify", "who": ["assignee"]},
        conditions=conditions,
        triggers=("created", "status", "sla_warned"),
    )
    counts = []
    for more in (5, 40):
        make_tickets(channel, more)
        with CaptureQueriesContext(connection) as queries:
            result = dry_run(rule=rule, user=superuser, last=1000)
        counts.append(len(queries))
    assert (result.matched, result.changed) == (45, 45)
    assert counts[1] <= counts[0] <= 15


def test_agent_tries_a_rule_on_tickets_he_may_see(agent, stranger):
    _one, two = make_tickets(make_channel(), 2)
    Ticket.objects.filter(pk=two.pk).update(team=make_team("Legal", stranger, is_private=True))
    rule = unsaved({"do": "set_priority", "to": "low"})
    assert dry_run(rule=rule, user=agent).looked_at == 1
    assert dry_run(rule=rule, user=stranger).looked_at == 2


def test_occasion_that_has_not_come_up_does_not_match(superuser):
    make_tickets(make_channel(), 2)
    for trigger in ("status", "sla_warned", "sla_breached", "handed_off"):
        rule = unsaved({"do": "set_priority", "to": "low"}, triggers=(trigger,))
        assert dry_run(rule=rule, user=superuser).matched == 0
    waiting = unsaved(
        {"do": "set_priority", "to": "low"}, triggers=("time",), since="waiting_since", after_seconds=3600
    )
    assert dry_run(rule=waiting, user=superuser).matched == 0


def test_it_ends_when_its_time_is_over_and_says_so(superuser, monkeypatch):
    make_tickets(make_channel(), 2)
    monkeypatch.setattr(services, "MOST_SECONDS", -1.0)
    result = dry_run(rule=unsaved({"do": "unassign"}), user=superuser)
    assert result.is_cut
    assert result.matched == 0
    with pytest.raises(InvalidInput):
        dry_run(rule=unsaved({"do": "unassign"}), user=superuser, last=1001)


@pytest.fixture
def world(agent, stranger):
    """Tickets in different states, and what rules can name; some of it is gone."""
    team, private = make_team("Billing", agent), make_team("Legal", stranger, is_private=True)
    topic, other = Topic.objects.create(name="Refunds"), Topic.objects.create(name="Other", is_active=False)
    tickets = make_tickets(make_channel(), 6)
    states = [
        {}, {"status": "pending", "priority": "high"}, {"team_id": private.pk, "assignee_id": stranger.pk},
        {"topic_id": topic.pk, "topic_source": "person", "language": "de"}, {"assignee_id": agent.pk},
        {"status": "resolved", "team_id": team.pk},
    ]  # fmt: skip
    for ticket, state in zip(tickets, states, strict=True):
        Ticket.objects.filter(pk=ticket.pk).update(**state)
    tickets[1].tags.add(Tag.objects.create(name="vip"))
    return {
        "teams": [team.pk, private.pk, 999_999],
        "agents": [agent.pk, stranger.pk, 999_999],
        "topics": [topic.pk, other.pk, 999_999],
        "tickets": tickets,
    }


def actions_of(world):
    """Any list of actions that are carried out by this app alone."""

    def of(name, **values):
        return st.fixed_dictionaries({"do": st.just(name)} | {key: st.sampled_from(v) for key, v in values.items()})

    return st.lists(
        st.one_of(
            of("set_priority", to=["low", "normal", "high", "urgent"]),
            of("set_topic", to=world["topics"]),
            of("set_language", to=["de", "fr"]),
            of("add_tags", tags=[["vip"], ["new", "vip"]]),
            of("remove_tags", tags=[["vip"], ["new"]]),
            of("assign_team", to=world["teams"]),
            of("assign_agent", to=world["agents"]),
            of("unassign"),
            of("set_status", to=["open", "pending", "on_hold", "resolved"]),
            of("snooze", seconds=[3600]),
            of("mark_spam"),
            of("notify", who=[["assignee"], ["team", "leads"]]),
        ),
        min_size=1,
        max_size=6,
    )


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_real_run_does_what_the_dry_run_said(world, superuser, monkeypatch, data):

    monkeypatch.setattr(triage, "STEPS", [routing.rules_step])
    actions = data.draw(actions_of(world))
    with transaction.atomic():
        RoutingRule.objects.create(name="Real", triggers=["created"], conditions=REFUND, actions=actions)
        said = dry_run(rule=unsaved(*actions, conditions=REFUND), user=superuser, last=50)
        planned = {row.ticket.pk: [outcome.as_data() for outcome in row.outcomes] for row in said.rows}
        for ticket in world["tickets"]:
            triage_ticket(ticket_id=ticket.pk)
        done = {row.ticket_id: row.data["outcomes"] for row in RoutingDecision.objects.all()}
        assert done == planned
        assert not TriageItem.objects.exists()
        transaction.set_rollback(True)
