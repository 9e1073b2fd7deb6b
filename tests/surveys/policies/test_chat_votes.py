"""What is taken as a vote: the table in ``chat_answers.txt``, one answer a line."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from surveys.policies.chat_payloads import make_payload
from surveys.policies.chat_votes import ChatAnswer, read_chat_answer
from surveys.policies.scales import ONE_TO_TEN, SCALES

TABLE = Path(__file__).parent / "chat_answers.txt"


def rows() -> Iterator[tuple[str, str, str, str]]:
    scale = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            scale = line.removeprefix("== ")
        elif line.strip() and not line.startswith("#"):
            language, reading, text = (part.strip() for part in line.split(" | ", 2) if part is not None)
            yield scale, language, reading, text.replace("\\n", "\n")


def reading_of(answer: ChatAnswer) -> str:
    if answer.score is None:
        return "-"
    return f"{answer.score} {'!' if answer.is_message else '+' if answer.words else ''}".strip()


def read(text: str, *, scale: str = ONE_TO_TEN, language: str = "en", payload: str = "") -> ChatAnswer:
    return read_chat_answer(text, scale=SCALES[scale], language=language, payload=payload)


@pytest.mark.parametrize(("scale", "language", "reading", "text"), list(rows()))
def test_answer_is_read_as_the_table_says(scale, language, reading, text):
    assert reading_of(read(text, scale=scale, language=language)) == reading


def test_table_holds_at_least_150_answers_in_12_languages():
    found = list(rows())
    assert len(found) >= 150
    assert len({language for _scale, language, *_rest in found}) >= 12


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10!! thanks", "thanks"),
        ("9 - thanks", "thanks"),
        ("9 but where is my refund?", "but where is my refund?"),
        ("Thanks! 10", "Thanks!"),
        ("9\nThe lady on the phone was lovely.", "The lady on the phone was lovely."),
        ("great service, 10/10", "great service,"),
        ("9 😊", "😊"),
        ("where is my parcel?", "where is my parcel?"),
    ],
)
def test_words_beside_a_vote_are_kept_without_the_score(text, words):
    assert read(text).words == words


def test_pressed_button_is_the_vote_whatever_it_is_called():
    pressed = make_payload(uuid4(), 7)
    assert read("7 - good", payload=pressed) == ChatAnswer(score=7, words="", is_message=False)
    assert read("11", payload=make_payload(uuid4(), 11)).score is None


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "9" * 5000, "9 " * 3000, "a" * 100_000, "👍" * 3000, "\u202e9\u202c"]
)
def test_no_text_is_too_strange_to_be_read(text):
    assert read(text).score in (None, 9, 10)
