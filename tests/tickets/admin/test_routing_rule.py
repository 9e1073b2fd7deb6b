"""The pages of routing rules: the list with its order, the form, the dry run, decisions, and what waits to be sorted."""

import json

import pytest

from helpdesk.accounts.roles import ensure_roles
from helpdesk.common.clock import now
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import RoutingDecision, RoutingRule, Ticket, TriageItem
from tickets.services.actors import Actor
from tickets.services.rules import RuleInput, save_rule
from tickets.services.triage import MOST_ATTEMPTS, triage_ticket

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/routingrule/"
URGENT = {"do": "set_priority", "to": "urgent"}


@pytest.fixture(autouse=True)
def roles():
    ensure_roles()


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def posted(**fields):
    body = {"name": "Refunds", "is_active": "on", "triggers": ["created"], "after": "", "since": "opened_at"}
    body |= {"conditions": "{}", "actions": json.dumps([URGENT])}
    return body | fields


def make_rule(name="Refunds", **fields):
    given = RuleInput(**{"name": name, "triggers": ["created"], "actions": [URGENT]} | fields)
    return save_rule(actor=Actor.system(), rule_id=None, given=given)


def test_rule_is_added_changed_moved_switched_and_deleted(admin):
    admin.post(f"{LIST}add/", posted())
    admin.post(f"{LIST}add/", posted(name="Day", triggers=["time"], after="24 h", since="waiting_since"))
    refunds, day = RoutingRule.objects.order_by("pk")
    assert (day.after_seconds, day.since, day.position) == (86_400, "waiting_since", 1)
    admin.post(f"{LIST}{day.pk}/move/up/")
    admin.post(f"{LIST}{refunds.pk}/switch/off/")
    assert list(RoutingRule.objects.values_list("name", "is_active")) == [("Day", True), ("Refunds", False)]
    page = admin.get(LIST).content.decode()
    assert "24 h since the customer waits for an answer" in page
    assert "Set the priority: urgent" in page
    admin.post(f"{LIST}{refunds.pk}/delete/", {"post": "yes"})
    assert RoutingRule.objects.get() == day


def test_refusal_stands_at_the_row_and_what_was_typed_stays(admin):
    actions = [URGENT, {"do": "assign_team", "to": 4711}]
    page = admin.post(f"{LIST}add/", posted(actions=json.dumps(actions))).content.decode()
    assert "Row 2: There is no such one any more. Choose another." in page
    assert "&quot;1.to&quot;: &quot;There is no such one" in page
    assert "4711 (gone)" in page
    assert not RoutingRule.objects.exists()


def test_dry_run_beside_the_form_saves_nothing(admin):
    make_ticket(make_channel(), text="I want a refund", subject="Case <i>")
    conditions = json.dumps({"all": [{"field": "text", "test": "contains", "value": ["refund"]}]})
    body = posted(name="", conditions=conditions, try_on="50")
    whole = admin.post(f"{LIST}try/", body).content.decode()
    part = admin.post(f"{LIST}try/", body, headers={"X-Requested-With": "fetch"}).content.decode()
    for page in (whole, part):
        assert "Would have matched 1 of 1 tickets, and changed 1." in page
        assert "Case &lt;i&gt;" in page
    assert "<html" not in part
    assert not RoutingRule.objects.exists()
    faulty = admin.post(f"{LIST}try/", posted(actions="[]")).content.decode()
    assert "Say what is to be done." in faulty


def test_example_is_one_click_away(admin):
    assert "No rules yet" in admin.get(LIST).content.decode()
    answer = admin.post(f"{LIST}example/money_back/")
    rule = RoutingRule.objects.get()
    assert answer.url == f"{LIST}{rule.pk}/change/"
    assert "still off" in admin.get(answer.url).content.decode()


def test_agent_reads_rules_and_changes_none(client, agent):
    rule = make_rule()
    client.force_login(agent)
    page = client.get(f"{LIST}{rule.pk}/change/").content.decode()
    assert "Set the priority: urgent" in page
    assert 'name="actions"' not in page
    for url in (
        f"{LIST}{rule.pk}/switch/off/",
        f"{LIST}{rule.pk}/move/up/",
        f"{LIST}try/",
        f"{LIST}example/money_back/",
    ):
        assert client.post(url, posted()).status_code == 403
    assert client.get(f"{LIST}{rule.pk}/switch/off/").status_code == 405
    assert RoutingRule.objects.get().is_active


def test_decisions_are_read_in_words_by_those_who_see_the_ticket(
    client, agent, stranger, django_assert_max_num_queries
):
    make_rule(conditions={"all": [{"field": "text", "test": "contains", "value": ["parcel"]}]})
    make_rule("Never", conditions={"all": [{"field": "is_vip", "test": "is", "value": True}]})
    tickets = [make_ticket(make_channel()) for _number in range(3)]
    for ticket in tickets:
        triage_ticket(ticket_id=ticket.pk)
    Ticket.objects.filter(pk=tickets[0].pk).update(team=make_team("Legal", stranger, is_private=True))
    client.force_login(agent)
    client.get("/admin/")
    with django_assert_max_num_queries(16):
        page = client.get("/admin/tickets/routingdecision/").content.decode()
    assert "Text of the message contains “parcel”" in page
    assert f"#{tickets[0].number} " not in page
    assert f"#{tickets[1].number} " in page
    assert (
        f"#{tickets[2].number} "
        not in client.get(f"/admin/tickets/routingdecision/?q={tickets[1].number}").content.decode()
    )
    assert client.get(f"/admin/tickets/ticket/{tickets[0].pk}/panel/decisions/").status_code == 404
    panel = client.get(f"/admin/tickets/ticket/{tickets[1].pk}/panel/decisions/").content.decode()
    assert "Set the priority: normal → urgent" in panel
    assert "<strong>Never</strong>: not: VIP" in panel


def test_what_was_given_up_is_shown_with_its_reason_and_run_again(admin):
    ticket = make_ticket(make_channel(), subject="Stuck")
    TriageItem.objects.update(attempts=MOST_ATTEMPTS, error="KeyError: 'field'")
    page = admin.get("/admin/tickets/triageitem/?state=given_up").content.decode()
    assert "KeyError" in page
    assert "given up" in page
    body = {"action": "run_again", "_selected_action": [TriageItem.objects.get().pk]}
    admin.post("/admin/tickets/triageitem/", body)
    item = TriageItem.objects.get(ticket=ticket)
    assert (item.attempts, item.error, item.next_try_at) == (0, "", None)
    assert item.created_at <= now()


def test_words_of_every_kind_of_decision_are_known(admin, agent):
    ticket = make_ticket(make_channel())
    kinds = {
        "assignment": {"chosen": agent.pk, "method": "round_robin", "why": ["next_in_turn"], "others": {"5": "full"}},
        "topic": {"topic": 4711, "words": ["parcel"], "source": "keyword"},
        "handoff": {"reason": "asked_for", "bot": 1, "turns": 2, "rule": None},
        "escalation": {"metric": "resolution", "actions": [{"do": "unassign", "state": "unchanged", "to": None}]},
        "rule": {},
    }
    for kind, data in kinds.items():
        RoutingDecision.objects.create(ticket=ticket, kind=kind, at=now(), data=data)
    page = admin.get("/admin/tickets/routingdecision/").content.decode()
    for words in ("Given to Ana Agent", "has no room for more", "“parcel”", "asks for a person", "resolution"):
        assert words in page
