"""Macros: all of it or nothing, by hand and by rule; what rules may answer."""

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.common.errors import Conflict, HelpdeskError, InvalidInput, NotVisible, Unprocessable
from tests.factories import make_team, make_ticket
from tests.support.library import make_macro, make_quick_reply
from tickets.models import Conversation, Macro, Message, QuickReply, Team, TicketEvent
from tickets.services.actions import apply_actions
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.macros import GivenMacro, create_macro, rights_for, run_macro, update_macro
from tickets.services.written_answers import WrittenAnswer

pytestmark = pytest.mark.django_db

URGENT = {"do": "set_priority", "to": "urgent"}


def by_rule(ticket: Any, *actions: dict[str, Any]) -> list[Any]:
    change = TicketChange(lock_ticket(ticket.pk), Actor.system())
    outcomes = apply_actions(change, actions, why="rule:1")
    change.save()
    return outcomes


def test_answer_and_actions_happen_together(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Late", "Dear {{customer.first_name}}, it is late. {{agent.name}}")
    macro = make_macro(
        "Late parcel", URGENT, {"do": "add_tags", "tags": ["late"]}, quick_reply_id=reply.pk, status_after="pending"
    )
    run = run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=Actor.agent(agent))
    ticket.refresh_from_db()
    assert run.message is not None
    assert run.message.reply_text == f"Dear Carla, it is late. {agent.display_name}"
    assert (ticket.priority, ticket.status, ticket.agent_reply_count) == ("urgent", "pending", 1)
    assert list(ticket.tags.values_list("name", flat=True)) == ["late"]
    assert ticket.first_response_at is not None
    assert TicketEvent.objects.filter(ticket=ticket, kind="macro.run", data={"macro": macro.pk}).count() == 1
    reply.refresh_from_db()
    macro.refresh_from_db()
    assert (reply.use_count, macro.use_count) == (1, 1)


@pytest.mark.parametrize("fault", ["action", "answer", "closed"])
def test_macro_of_which_a_part_is_refused_leaves_no_trace(email_channel: Any, agent: Any, fault: str) -> None:
    ticket = make_ticket(email_channel)
    team = make_team("Returns")
    reply = make_quick_reply("Plan", "Plan {{crm.plan}}" if fault == "answer" else "Hello")
    macro = make_macro("All", URGENT, {"do": "assign_team", "to": team.pk}, quick_reply_id=reply.pk)
    if fault == "action":
        Team.objects.all().delete()
    elif fault == "closed":
        type(ticket).objects.filter(pk=ticket.pk).update(status="closed")
    before = type(ticket).objects.filter(pk=ticket.pk).values().get()
    with pytest.raises(HelpdeskError) as refused:
        run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=Actor.agent(agent))
    assert (
        refused.value.code
        == {"action": "macro_refused", "answer": "open_placeholder", "closed": "ticket_closed"}[fault]
    )
    assert type(ticket).objects.filter(pk=ticket.pk).values().get() == before
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()
    assert QuickReply.objects.get().use_count == Macro.objects.get().use_count == 0


def test_refused_macro_names_the_action_and_the_reason(email_channel: Any, agent: Any) -> None:
    macro = make_macro("Hand on", {"do": "assign_team", "to": 4711})
    with pytest.raises(
        Conflict, match=r"“Hand on” was not run: it should give it to a team, but there is no such team"
    ):
        run_macro(ticket_id=make_ticket(email_channel).pk, macro_id=macro.pk, actor=Actor.agent(agent))


def test_what_the_agent_has_made_of_the_text_is_sent(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Plan", "Plan {{crm.plan}}")
    macro = make_macro("Plan", quick_reply_id=reply.pk, status_after="resolved")
    answer = WrittenAnswer(text="Plan gold", quick_reply_ids=[reply.pk])
    run = run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=Actor.agent(agent), answer=answer)
    ticket.refresh_from_db()
    reply.refresh_from_db()
    assert (run.message and run.message.reply_text, ticket.status, reply.use_count) == ("Plan gold", "resolved", 1)


def test_macros_that_run_one_another_in_circles_are_refused_whole(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    first = make_macro("First", URGENT)
    second = make_macro("Second", {"do": "run_macro", "macro": first.pk})
    update_macro(
        macro_id=first.pk, changes={"actions": [URGENT, {"do": "run_macro", "macro": second.pk}]}, actor=Actor.system()
    )
    with pytest.raises(Conflict):
        run_macro(ticket_id=ticket.pk, macro_id=second.pk, actor=Actor.agent(agent))
    ticket.refresh_from_db()
    assert ticket.priority == "normal"
    assert by_rule(ticket, {"do": "run_macro", "macro": first.pk})[0].state == "skipped"
    ticket.refresh_from_db()
    assert ticket.priority == "normal"
    assert not TicketEvent.objects.filter(ticket=ticket, kind="macro.run").exists()


def test_rules_run_macros_and_their_answer_meets_no_clock(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Late", "Dear {{customer.first_name|customer}}, wait. {{agent.name|The team}}")
    macro = make_macro("Late", URGENT, quick_reply_id=reply.pk)
    outcome = by_rule(ticket, {"do": "run_macro", "macro": macro.pk}, {"do": "add_tags", "tags": ["x"]})[0]
    assert outcome.state == "done"
    ticket.refresh_from_db()
    message = Message.objects.get(ticket=ticket, direction="out")
    assert (message.author, message.purpose, message.text) == ("system", "rule", "Dear Carla, wait. The team")
    assert message.subject == "Re: My parcel is late"
    assert (ticket.priority, ticket.first_response_at, ticket.agent_reply_count) == ("urgent", None, 0)
    assert ticket.waiting_since is not None
    assert ticket.last_message_is_inbound
    # The log is whole: sequences without a gap.
    sequences = list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1)) == list(range(1, ticket.event_sequence + 1))


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("public", "would_be_public"),
        ("robot", "automatic_message"),
        ("list", "automatic_message"),
        ("missing", "open_placeholder"),
        ("blocked", "customer_blocked"),
        ("gone", "quick_reply_not_found"),
        ("late", "window_closed"),
    ],
)
def test_rule_answers_no_machine_nobody_in_public_and_nothing_half(email_channel: Any, case: str, reason: str) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Hi", "Hi {{crm.plan}}" if case == "missing" else "Hi")
    inbound = Message.objects.filter(ticket=ticket)
    if case == "public":
        Conversation.objects.update(visibility="public")
    elif case == "robot":
        inbound.update(is_auto_reply=True)
    elif case == "list":
        inbound.update(headers={"no_auto_answer": True})
    elif case == "blocked":
        type(ticket.customer).objects.update(is_blocked=True)
    elif case == "gone":
        QuickReply.objects.update(is_active=False)
    elif case == "late":
        type(email_channel).objects.update(messaging_window=timedelta(hours=1))
        Conversation.objects.update(last_customer_message_at=ticket.opened_at - timedelta(days=2))
    outcome, other = by_rule(ticket, {"do": "reply", "quick_reply": reply.pk}, URGENT)
    assert (outcome.state, outcome.reason, other.state) == ("skipped", reason, "done")
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()


def test_two_machines_that_answer_each_other_stop(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Hi", "Hi")
    states = [by_rule(ticket, {"do": "reply", "quick_reply": reply.pk})[0].state for _round in range(5)]
    assert states == ["done"] * 3 + ["skipped"] * 2


def test_reply_by_rule_sets_the_status_it_says(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    reply = make_quick_reply("Hi", "Hi")
    by_rule(ticket, {"do": "reply", "quick_reply": reply.pk, "status_after": "pending"})
    ticket.refresh_from_db()
    assert ticket.status == "pending"


def test_macro_needs_the_rights_for_what_it_does(db: None) -> None:
    reply = make_quick_reply("Hi", "Hi")
    assert rights_for(make_macro("A", quick_reply_id=reply.pk)) == {"tickets.reply_ticket"}
    assert rights_for(make_macro("B", URGENT)) == {"tickets.change_ticket"}
    spam = make_macro("C", {"do": "mark_spam"}, {"do": "unassign"})
    assert rights_for(spam) == {"tickets.change_ticket", "tickets.merge_ticket", "tickets.assign_ticket"}


@pytest.mark.parametrize(
    ("fields", "actions", "place"),
    [
        ({"name": ""}, [URGENT], "name"),
        ({}, [], "actions"),
        ({}, [URGENT, {"do": "set_priority", "to": "mild"}], "actions.1.to"),
        ({}, [{"do": "reply", "quick_reply": 1}], "actions.0.do"),
        ({"quick_reply_id": 4711}, [], "quick_reply_id"),
        ({"status_after": "closed"}, [], "status_after"),
    ],
)
def test_macro_that_cannot_be_kept_is_refused_with_its_field(
    fields: dict[str, Any], actions: list[dict[str, Any]], place: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_macro(
            *[fields.get("name", "M"), *actions], **{key: value for key, value in fields.items() if key != "name"}
        )
    assert list(refused.value.fields) == [place]


def test_shared_macro_does_not_answer_with_a_personal_text(agent: Any) -> None:
    mine = make_quick_reply("Mine", "x", actor=agent)
    with pytest.raises(InvalidInput, match="everybody"):
        make_macro("M", quick_reply_id=mine.pk)


def test_nobody_runs_the_macro_of_a_private_team_through_one_of_his_own(agent: Any, lead: Any) -> None:
    hidden = make_macro("Hidden", URGENT, scope="team", team_id=make_team("Board", lead, is_private=True).pk)
    given = GivenMacro(name="Mine", actions=[{"do": "run_macro", "macro": hidden.pk}])
    with pytest.raises(InvalidInput) as refused:
        create_macro(given=given, actor=Actor.agent(agent))
    assert list(refused.value.fields) == ["actions.0.macro"]


def test_macro_that_is_switched_off_is_not_found(email_channel: Any, agent: Any) -> None:
    macro = make_macro("M", URGENT, is_active=False)
    with pytest.raises(NotVisible):
        run_macro(ticket_id=make_ticket(email_channel).pk, macro_id=macro.pk, actor=Actor.agent(agent))


def test_macro_answers_in_public_only_when_somebody_has_said_so(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    Conversation.objects.update(visibility="public")
    macro = make_macro("M", quick_reply_id=make_quick_reply("Hi", "Hi").pk)
    with pytest.raises(Unprocessable):
        run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=Actor.agent(agent))
