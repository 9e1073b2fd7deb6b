"""Terms: the same rule for what is written and what is asked."""

import pytest

from tickets.policies.search_terms import MAX_QUERY_TERMS, as_tsquery, asked_terms, indexed_terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Where is my Parcel?", ["where", "is", "my", "parcel"]),
        ("Grüße, GRÜSSE", ["grusse"]),
        ("john.doe@example.com", ["john", "doe", "example", "com"]),
        ("退货政策", ["退货", "货政", "政策"]),
        ("", []),
        ("%%% ' | & !", []),
    ],
)
def test_terms_of_a_text(text, terms):
    assert indexed_terms(text) == terms


def test_part_of_a_run_without_blanks_is_found_in_the_whole():
    assert set(asked_terms("货政策")) <= set(indexed_terms("我想知道退货政策是什么"))


def test_query_asks_for_a_bounded_number_of_terms():
    assert len(asked_terms(" ".join(f"w{n}" for n in range(1000)))) <= MAX_QUERY_TERMS
    assert asked_terms("a OR " * 1000) == ["a", "or"]


def test_operators_in_a_term_are_quoted():
    assert as_tsquery(["a'b", "c\\d"]) == "'a''b' & 'c\\\\d'"
