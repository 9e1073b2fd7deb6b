from types import SimpleNamespace
from typing import Any

import pytest

from helpdesk.common.errors import InvalidInput
from surveys.policies.question_lines import as_lines, read_lines, read_translation, translation_lines
from surveys.policies.questions import PRESET_CHOICES, asked_after, question_words, read_answers
from surveys.policies.texts import TEXTS, texts_for


def make_question(**fields: Any) -> Any:
    values = {
        "pk": 1, "position": 1, "kind": "choice", "text": "", "wordings": {}, "lowest_score": 1, "highest_score": 6,
        "choices": [{"key": "speed", "label": ""}, {"key": "colour", "label": "Colour"}],
    }  # fmt: skip
    return SimpleNamespace(**(values | fields))


@pytest.mark.parametrize(("score", "asked"), [(0, []), (1, [1]), (6, [1, 2]), (7, [2]), (8, [2]), (9, [])])
def test_questions_follow_the_score(score: int, asked: list[int]) -> None:
    questions = [make_question(pk=2, position=2, lowest_score=6, highest_score=8), make_question()]
    assert [question.pk for question in asked_after(questions, score)] == asked


def test_at_most_three_questions_are_asked() -> None:
    questions = [make_question(pk=number, position=number) for number in range(1, 6)]
    assert [question.pk for question in asked_after(questions, 3)] == [1, 2, 3]


@pytest.mark.parametrize("language", TEXTS)
def test_preset_choices_have_a_word_in_every_language(language: str) -> None:
    preset = make_question(choices=[{"key": key, "label": ""} for key in PRESET_CHOICES])
    text, choices = question_words(preset, language)
    labels = [label for _key, label in choices]
    assert text
    assert len(set(labels)) == 5
    assert not set(labels) & set(PRESET_CHOICES)


def test_wording_of_the_language_goes_before_the_general_one_and_ours() -> None:
    question = make_question(text="Why?", wordings={"de": {"text": "Warum?", "choices": {"colour": "Farbe"}}})
    assert question_words(question, "de-AT") == ("Warum?", [("speed", "Tempo"), ("colour", "Farbe")])
    assert question_words(question, "fr") == ("Why?", [("speed", "La rapidité"), ("colour", "Colour")])


def test_answers_are_read_in_the_order_of_the_question_and_once() -> None:
    (given,) = read_answers([make_question()], {1: ["colour", "speed", "colour"]})
    assert given.choices == ("speed", "colour")


@pytest.mark.parametrize(("answers", "code"), [({7: ["speed"]}, "question_not_asked"), ({1: ["x"]}, "unknown_choice")])
def test_answer_to_what_is_not_asked_is_refused(answers: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_answers([make_question()], answers)
    assert refusal.value.code == code


def test_typed_lines_become_choices_that_keep_their_keys() -> None:
    before = [{"key": "colour", "label": "Colour"}]
    choices = read_lines("Tempo\n\nColour\nSize\nSize\nحجم\nColour!", before=before)
    assert choices == [
        {"key": "speed", "label": ""},
        {"key": "colour", "label": "Colour"},
        {"key": "size", "label": "Size"},
        {"key": "choice", "label": "حجم"},
        {"key": "colour-2", "label": "Colour!"},
    ]
    assert read_lines(as_lines(choices, texts_for("es")), before=choices) == choices


def test_translation_is_read_as_it_is_written() -> None:
    choices = make_question().choices
    wording = {"text": "Warum?", "choices": {"colour": "Farbe"}}
    assert translation_lines(wording, choices) == "Warum?\n\nFarbe"
    assert read_translation("Warum?\n\nFarbe\nzu viel", choices) == wording
    assert read_translation(" \n", choices) == {}
