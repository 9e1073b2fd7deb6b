import uuid
from typing import Any

import pytest

from channels_app.adapters.base import Limits
from channels_app.registry import adapter_class
from surveys.policies.chat_payloads import make_payload, read_payload
from surveys.policies.chat_question import LINK_PLACE, ChatQuestion, chat_question, template_values
from surveys.policies.scales import SCALES
from surveys.policies.texts import TEXTS, texts_for
from surveys.policies.wordings import words_on

ONE = uuid.UUID(int=7)


def ask(scale: str = "1-10", limits: Limits | None = None, language: str = "en", **fields: Any) -> ChatQuestion:
    texts = texts_for(language)
    values: dict[str, Any] = {"invitation": ONE, "scale": SCALES[scale], "words": words_on(SCALES[scale], texts)}
    return chat_question(**values, texts=texts, limits=limits, **fields)


@pytest.mark.parametrize("kind", ["whatsapp", "telegram", "line", "viber", "messenger", "instagram", "webchat"])
@pytest.mark.parametrize("language", TEXTS)
def test_providers_with_buttons_show_one_for_each_of_ten_scores(kind: str, language: str) -> None:
    asked = ask(limits=adapter_class(kind).limits, language=language)
    assert [choice.title for choice in asked.choices] == [str(score) for score in range(1, 11)]
    assert texts_for(language).answer_by_number.partition("{")[0] not in asked.text


def test_scale_with_more_scores_than_buttons_is_answered_by_a_number() -> None:
    asked = ask("0-10", adapter_class("whatsapp").limits)
    assert asked.choices == ()
    assert asked.text.endswith("Please answer with a number from 0 to 10.")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("language", TEXTS)
def test_without_buttons_the_text_says_how_to_answer(scale: str, language: str) -> None:
    asked = ask(scale, None, language, brand="Acme")
    assert asked.choices == ()
    assert asked.text.startswith("Acme: ")
    assert "{" not in asked.text


def test_thumbs_are_two_buttons_the_good_one_first() -> None:
    asked = ask("thumbs", adapter_class("whatsapp").limits)
    assert [(choice.title, choice.payload[-2:]) for choice in asked.choices] == [("👍", ":1"), ("👎", ":0")]


def test_text_over_the_buttons_that_is_too_long_for_them_goes_without() -> None:
    assert ask(limits=Limits(choices=10, choice_text=10)).choices == ()


def test_reminder_says_that_it_is_one() -> None:
    assert ask(is_reminder=True).text.startswith(texts_for("en").reminder)


@pytest.mark.parametrize("score", [0, 1, 10])
def test_pressed_button_says_question_and_score(score: int) -> None:
    pressed = read_payload(make_payload(ONE, score))
    assert pressed is not None
    assert (pressed.invitation, pressed.score) == (ONE, score)


@pytest.mark.parametrize(
    "payload", ["", "survey:", f"survey:{ONE.hex}:", f"survey:{ONE.hex}:101", f"x{make_payload(ONE, 1)}"]
)
def test_other_payloads_are_no_votes(payload: str) -> None:
    assert read_payload(payload) is None


@pytest.mark.parametrize(
    ("variables", "values"),
    [
        (["1"], [LINK_PLACE]),
        (["1", "2"], ["How was it?", LINK_PLACE]),
        (["name", "link"], ["Carla", LINK_PLACE]),
        (["Question"], ["How was it?"]),
        (["1", "2", "3"], None),
        (["name"], None),
        (["order"], None),
        ([], None),
    ],
)
def test_approved_message_needs_a_place_for_question_or_link(variables: list[str], values: list[str] | None) -> None:
    assert template_values(variables, question="How was it?", name="Carla", brand="Acme") == values
