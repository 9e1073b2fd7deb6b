"""``/api/v1/routing-rules/``: written with checks, tried, and read with what was decided."""

import pytest

from tests.factories import make_channel, make_team, make_ticket
from tickets.models import RoutingRule, Ticket
from tickets.services.triage import triage_ticket

pytestmark = pytest.mark.django_db
RULES = "/api/v1/routing-rules/"
BODY = {
    "name": "Refunds",
    "triggers": ["created"],
    "conditions": {"all": [{"field": "text", "test": "contains", "value": ["parcel"]}]},
    "actions": [{"do": "set_priority", "to": "urgent"}],
}


@pytest.fixture
def admin(calling, administrator):
    return calling(administrator)


def post(client, url, body):
    return client.post(url, body, content_type="application/json")


def test_rule_is_written_read_changed_moved_and_deleted(admin):
    made = post(admin, RULES, BODY)
    assert made.status_code == 201
    post(admin, RULES, BODY | {"name": "First", "position": 0})
    assert [row["name"] for row in admin.get(RULES).json()["results"]] == ["First", "Refunds"]
    url = f"{RULES}{made.json()['id']}/"
    changed = admin.patch(url, {"is_active": False, "stops": True}, content_type="application/json").json()
    assert (changed["is_active"], changed["stops"], changed["actions"]) == (False, True, BODY["actions"])
    assert admin.delete(url).status_code == 204
    assert RoutingRule.objects.get().name == "First"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"actions": [{"do": "set_priority", "to": "asap"}]}, "invalid_actions", "actions.0.to"),
        ({"actions": []}, "invalid_rule", "actions"),
        ({"conditions": {"all": [{"field": "moon", "test": "is", "value": 1}]}}, "invalid_conditions", "conditions.all.0.field"),
        ({"triggers": ["time"]}, "invalid_rule", "after_seconds"),
    ],
)  # fmt: skip
def test_refusal_names_the_place(admin, change, code, field):
    answer = post(admin, RULES, BODY | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(answer.json()["fields"]) == [field]


def test_rule_is_tried_saved_or_not(admin):
    make_ticket(make_channel())
    saved = post(admin, RULES, BODY).json()["id"]
    expected = {"looked_at": 1, "matched": 1, "changed": 1, "is_cut": False, "skipped": {}}
    for url, body in ((f"{RULES}{saved}/dry-run/", {}), (f"{RULES}dry-run/", BODY | {"last": 10})):
        answer = post(admin, url, body)
        assert answer.status_code == 200
        result = answer.json()
        rows = result.pop("rows")
        assert result == expected
        assert rows[0]["outcomes"] == [{"do": "set_priority", "state": "done", "from": "normal", "to": "urgent"}]
    assert Ticket.objects.get().priority == "normal"
    assert post(admin, f"{RULES}dry-run/", BODY | {"last": 1001}).status_code == 400


def test_reader_sees_the_decisions_of_his_tickets(admin, calling, agent, stranger):
    rule = post(admin, RULES, BODY).json()["id"]
    seen, hidden = make_ticket(make_channel()), make_ticket(make_channel())
    for ticket in (seen, hidden):
        triage_ticket(ticket_id=ticket.pk)
    Ticket.objects.filter(pk=hidden.pk).update(team=make_team("Legal", stranger, is_private=True))
    told = calling(agent).get(f"{RULES}{rule}/").json()["decisions"]
    assert [(one["ticket"], one["trigger"], one["refused"]) for one in told] == [(seen.pk, "created", "")]
    assert told[0]["held"] == BODY["conditions"]["all"]
