"""Which actions are valid, and where the fault is."""

import pytest

from helpdesk.common.errors import InvalidInput
from tickets.policies.actions import check_actions


@pytest.mark.parametrize(
    ("action", "checked"),
    [
        ({"do": "set_priority", "to": "high"}, {"do": "set_priority", "to": "high"}),
        ({"do": "assign_team", "to": "7"}, {"do": "assign_team", "to": 7}),
        ({"do": "add_tags", "tags": [" refund ", "refund", "b\nc"]}, {"do": "add_tags", "tags": ["refund", "b c"]}),
        ({"do": "notify", "who": ["leads", "user:5"]}, {"do": "notify", "who": ["leads", "user:5"]}),
        ({"do": "snooze", "seconds": 3600}, {"do": "snooze", "seconds": 3600}),
        ({"do": "add_note", "text": "a\x00\ud800b"}, {"do": "add_note", "text": "a\ufffd\ufffdb"}),
        ({"do": "unassign"}, {"do": "unassign"}),
        ({"do": "reply", "quick_reply": 3, "status_after": ""}, {"do": "reply", "quick_reply": 3}),
    ],
)
def test_valid_action_takes_its_one_form(action, checked):
    assert check_actions([action]) == [checked]


@pytest.mark.parametrize(
    ("actions", "place"),
    [
        ("set_priority", "actions"),
        ([{"do": "unassign"}] * 21, "actions"),
        ([{"do": "unassign"}, "unassign"], "1.do"),
        ([{"do": "delete_everything"}], "0.do"),
        ([{"do": "unassign", "to": 3}], "0.to"),
        ([{"do": "set_priority", "to": "asap"}], "0.to"),
        ([{"do": "set_priority"}], "0.to"),
        ([{"do": "assign_team", "to": True}], "0.to"),
        ([{"do": "assign_team", "to": "٣"}], "0.to"),
        ([{"do": "assign_team", "to": 2**63}], "0.to"),
        ([{"do": "assign_team", "to": -1}], "0.to"),
        ([{"do": "add_tags", "tags": ["x" * 61]}], "0.tags"),
        ([{"do": "add_tags", "tags": [{"name": "x"}]}], "0.tags"),
        ([{"do": "add_tags", "tags": ["  "]}], "0.tags"),
        ([{"do": "notify", "who": ["everybody"]}], "0.who"),
        ([{"do": "notify", "who": ["user:x"]}], "0.who"),
        ([{"do": "notify", "who": ["team"], "by": ["sms"]}], "0.by"),
        ([{"do": "snooze", "seconds": 5}], "0.seconds"),
        ([{"do": "add_note", "text": "x" * 2001}], "0.text"),
        ([{"do": "set_status", "to": "closed"}], "0.to"),
    ],
)
def test_fault_is_named_with_its_place(actions, place):
    with pytest.raises(InvalidInput) as refusal:
        check_actions(actions)
    assert list(refusal.value.fields) == [place]


def test_action_that_is_not_allowed_there_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        check_actions([{"do": "run_macro", "macro": 1}], allowed=("add_tags",))
    assert list(refusal.value.fields) == ["0.do"]
