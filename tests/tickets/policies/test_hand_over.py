"""What is read out of a conversation for the colleague who takes it over."""

import pytest

from tickets.policies.hand_over import MOST_PROMISES, SHOWN_CHARACTERS, last_question, promises


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Hi.\nWhere is my parcel? I wait since May. Thanks", "Where is my parcel?"),
        ("Is it lost? Or late?", "Or late?"),
        ("订单在哪里？谢谢", "订单在哪里？"),
        ("It is broken.", "It is broken."),
        ("", ""),
    ],
)
def test_last_question_is_found_else_the_beginning(text: str, question: str) -> None:
    assert last_question(text) == question


def test_long_question_is_cut() -> None:
    assert len(last_question("x" * 5000)) == SHOWN_CHARACTERS


@pytest.mark.parametrize(
    "sentence",
    [
        "You have it by Friday.", "It leaves on 2026-04-03.", "Am 24. Dezember kommt es.", "Bis 24.12. ist alles da.",
        "We call you tomorrow!", "It arrives within 3 days.", "Nous vous appelons lundi.", "It comes on 4/3/2026.",
    ],
)  # fmt: skip
def test_sentence_that_names_a_day_is_a_promise(sentence: str) -> None:
    assert promises([f"Thank you. {sentence} Kind regards"]) == [sentence]


@pytest.mark.parametrize(
    "text", ["It costs 19.90 EUR.", "Does Monday suit you?", "Version 2.5 is out.", "We look into it."]
)
def test_prices_questions_and_versions_are_no_promises(text: str) -> None:
    assert promises([text]) == []


def test_newest_promises_are_kept_in_their_order() -> None:
    said = [f"Number {number} comes tomorrow." for number in range(9)]
    assert promises(said) == said[-MOST_PROMISES:]


def test_hostile_text_is_read_quickly() -> None:
    found = promises(["1." * 100_000, "." * 200_000, "a " * 100_000, "in 3 " * 50_000])
    assert all(len(sentence) <= SHOWN_CHARACTERS for sentence in found)
