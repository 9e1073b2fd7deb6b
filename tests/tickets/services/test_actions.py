"""Carrying out actions on a ticket: each one, what is skipped, and what a failure leaves."""

import pytest

from helpdesk.common.errors import Conflict
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Message, Notification, Tag, Ticket, TicketEvent, Topic
from tickets.services import actions as services
from tickets.services.actions import apply_actions
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_active_conversations, lock_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return make_ticket(make_channel(), subject="Refund")


def apply(ticket, *actions, **options):
    lock_active_conversations([ticket.pk])
    change = TicketChange(lock_ticket(ticket.pk), Actor.system())
    outcomes = apply_actions(change, actions, why="rule:1", **options)
    change.save()
    ticket.refresh_from_db()
    return [outcome.as_data() for outcome in outcomes]


def states(outcomes):
    return [(outcome["state"], outcome.get("reason", "")) for outcome in outcomes]


def test_columns_are_changed_and_told_in_the_log(ticket, agent):
    team = make_team("Billing", agent)
    topic = Topic.objects.create(name="Refunds")
    outcomes = apply(
        ticket,
        {"do": "set_priority", "to": "urgent"},
        {"do": "set_topic", "to": topic.pk},
        {"do": "set_language", "to": "fr"},
        {"do": "assign_team", "to": team.pk},
        {"do": "assign_agent", "to": agent.pk},
        {"do": "set_status", "to": "on_hold"},
    )
    assert {outcome["state"] for outcome in outcomes} == {"done"}
    assert outcomes[0] == {"do": "set_priority", "state": "done", "from": "normal", "to": "urgent"}
    assert (ticket.priority, ticket.topic, ticket.topic_source, ticket.language) == ("urgent", topic, "rule", "fr")
    assert (ticket.team, ticket.assignee, ticket.status) == (team, agent, "on_hold")
    kinds = list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("kind", flat=True))
    assert kinds[-5:] == [
        "ticket.priority_changed", "ticket.topic_changed", "ticket.assigned", "ticket.assigned", "ticket.status_changed",
    ]  # fmt: skip


def test_same_actions_again_change_nothing(ticket):
    actions = [{"do": "set_priority", "to": "high"}, {"do": "add_tags", "tags": ["vip"]}, {"do": "unassign"}]
    apply(ticket, *actions)
    version = ticket.version
    assert states(apply(ticket, *actions)) == [("unchanged", "")] * 3
    assert ticket.version == version


def test_topic_that_a_person_chose_stays(ticket):
    mine, other = Topic.objects.create(name="Mine"), Topic.objects.create(name="Other")
    Ticket.objects.filter(pk=ticket.pk).update(topic=mine, topic_source="person")
    assert states(apply(ticket, {"do": "set_topic", "to": other.pk})) == [("skipped", "said_by_person")]
    assert ticket.topic == mine


def test_what_is_gone_is_skipped_and_said_and_the_next_action_goes_on(ticket, auditor):
    outcomes = apply(
        ticket,
        {"do": "assign_team", "to": 99999},
        {"do": "assign_agent", "to": auditor.pk},
        {"do": "set_topic", "to": 99999},
        {"do": "notify", "who": ["assignee"]},
        {"do": "set_priority", "to": "low"},
    )
    assert states(outcomes) == [
        ("skipped", "unknown_team"), ("skipped", "unknown_assignee"), ("skipped", "unknown_topic"),
        ("skipped", "nobody_to_tell"), ("done", ""),
    ]  # fmt: skip


def test_assignee_who_may_not_see_the_new_team_is_let_go(ticket, agent, stranger):
    private = make_team("Legal", stranger, is_private=True)
    apply(ticket, {"do": "assign_agent", "to": agent.pk})
    outcomes = apply(ticket, {"do": "assign_team", "to": private.pk}, {"do": "assign_agent", "to": agent.pk})
    assert states(outcomes) == [("done", ""), ("skipped", "assignee_outside_team")]
    assert (ticket.team, ticket.assignee) == (private, None)


def test_refused_change_of_status_is_skipped(ticket):
    assert states(apply(ticket, {"do": "set_status", "to": "open"})) == [("skipped", "wrong_status")]
    assert states(apply(ticket, {"do": "set_status", "to": "resolved"}, {"do": "set_status", "to": "pending"})) == [
        ("done", ""),
        ("skipped", "wrong_status"),
    ]
    assert states(apply(ticket, {"do": "set_status", "to": "open"})) == [("done", "")]
    assert (ticket.status, ticket.reopen_count) == ("open", 1)


def test_spam_closes_and_stops_what_a_closed_ticket_does_not_take(ticket):
    outcomes = apply(
        ticket, {"do": "mark_spam"}, {"do": "set_priority", "to": "low"}, {"do": "add_tags", "tags": ["junk"]}
    )
    assert states(outcomes) == [("done", ""), ("skipped", "ticket_closed"), ("done", "")]
    assert ticket.is_spam


def test_note_and_notification_are_written_once_for_each_run(ticket, agent):
    apply(ticket, {"do": "assign_agent", "to": agent.pk})
    actions = [
        {"do": "add_note", "text": "Check the invoice."},
        {"do": "notify", "who": ["assignee", f"user:{agent.pk}"], "by": ["admin", "mail"], "text": "Look at this"},
    ]
    apply(ticket, *actions, key="once")
    apply(ticket, *actions[1:], key="once")
    note = Message.objects.get(ticket=ticket, kind="note")
    assert (note.author, note.text) == ("system", "Check the invoice.")
    # The key counts the place in the list: the second list starts anew.
    assert Notification.objects.filter(user=agent, kind="rule").count() == 2
    apply(ticket, *actions, key="once")
    assert Notification.objects.filter(user=agent, kind="rule").count() == 2


def test_action_that_fails_half_way_leaves_no_trace_and_harms_no_other(ticket, monkeypatch):
    def fail_with(error):
        def half(doing, action):
            Tag.objects.create(name="left over")
            doing.change.set(priority="urgent")
            doing.change.tell("ticket.subject_changed")
            raise error

        return half

    for error, reason in ((Conflict("no_macro", "no"), "no_macro"), (ZeroDivisionError(), "failed")):
        monkeypatch.setitem(services.HANDLERS, "run_macro", fail_with(error))
        outcomes = apply(ticket, {"do": "run_macro", "macro": 1}, {"do": "set_language", "to": "de"})
        assert states(outcomes)[0] == ("skipped", reason)
    assert (ticket.priority, ticket.language) == ("normal", "de")
    assert not Tag.objects.filter(name="left over").exists()
    assert not TicketEvent.objects.filter(ticket=ticket, kind="ticket.subject_changed").exists()


def test_actions_that_start_actions_end(ticket, monkeypatch):
    def again(doing, action):
        inner = apply_actions(doing.change, [action], why=doing.why, depth=doing.depth + 1)
        return inner[0] if inner[0].state == "skipped" else doing.done(action)

    monkeypatch.setitem(services.HANDLERS, "run_macro", again)
    assert states(apply(ticket, {"do": "run_macro", "macro": 1})) == [("skipped", "too_deep")]
