"""Whom a note names."""

import pytest

from tickets.policies.mentions import MOST_MENTIONS, find_mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ana, can you look? @ben.", ["ana", "ben"]),
        ("@ana@shop.example please", ["ana@shop.example"]),
        ("Write to ana@shop.example", []),
        ("(@ana) @ana", ["ana"]),
        ("@ @. @-", []),
        ("@élodie und @小明", ["élodie", "小明"]),
        (" ".join(f"@n{number}" for number in range(100)), [f"n{number}" for number in range(MOST_MENTIONS)]),
    ],
)
def test_names_behind_the_sign_are_found_and_mail_addresses_are_none(text: str, names: list[str]) -> None:
    assert find_mentions(text) == names
