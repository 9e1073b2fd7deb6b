"""Which conditions the database takes, and what odd facts do to them."""

import pytest

from helpdesk.common.errors import InvalidInput
from tickets.policies.conditions import check_conditions, holds


@pytest.mark.parametrize(
    ("field", "test", "value", "place"),
    [
        ("priority_score", "greater", float("nan"), "all.0.value"),
        ("priority_score", "greater", float("inf"), "all.0.value"),
        ("crm.a\x00b", "is", "x", "all.0.field"),
        ("crm.\ud800", "is", "x", "all.0.field"),
    ],
)
def test_what_the_database_cannot_keep_is_refused_with_its_place(field, test, value, place):
    with pytest.raises(InvalidInput) as refused:
        check_conditions({"all": [{"field": field, "test": test, "value": value}]})
    assert list(refused.value.fields) == [place]


@pytest.mark.parametrize("test", ["contains", "matches"])
def test_values_are_kept_as_clean_text(test):
    checked = check_conditions({"all": [{"field": "text", "test": test, "value": "a\x00\ud800"}]})
    assert checked["all"][0]["value"] == ["a\ufffd\ufffd"]


@pytest.mark.parametrize("fact", [10**400, "much", None, [1]])
def test_fact_that_is_no_number_of_ours_compares_with_nothing(fact):
    assert not holds({"all": [{"field": "crm.worth", "test": "greater", "value": 5}]}, {"crm.worth": fact})
