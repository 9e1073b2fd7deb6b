from uuid import uuid4

import pytest

from surveys.policies.chat_choices import (
    FurtherAnswer,
    make_choice_payload,
    read_choice_payload,
    read_choices,
    read_free_answer,
)
from surveys.policies.chat_payloads import read_payload

ENGLISH = [("speed", "Speed"), ("ease", "Ease"), ("friendliness", "Friendliness"), ("product", "The product")]
GERMAN = [("speed", "Tempo"), ("ease", "Einfachheit"), ("friendliness", "Freundlichkeit"), ("product", "Das Produkt")]
ARABIC = [("speed", "السرعة"), ("ease", "السهولة"), ("friendliness", "اللطف")]


@pytest.mark.parametrize(
    ("text", "choices", "language", "keys"),
    [
        ("2", ENGLISH, "en", ("ease",)),
        ("٢", ARABIC, "ar", ("ease",)),
        ("two", ENGLISH, "en", ("ease",)),
        ("1,3", ENGLISH, "en", ("speed", "friendliness")),
        ("3 and 1", ENGLISH, "en", ("speed", "friendliness")),
        ("Speed", ENGLISH, "en", ("speed",)),
        ("It was the speed", ENGLISH, "en", ("speed",)),
        ("speed, friendliness", ENGLISH, "en", ("speed", "friendliness")),
        ("Produkt", GERMAN, "de", ("product",)),
        ("Das Tempo!", GERMAN, "de", ("speed",)),
        ("السرعة", ARABIC, "ar", ("speed",)),
        ("no", ENGLISH, "en", ()),
        ("nothing", ENGLISH, "en", ()),
        ("nein danke", GERMAN, "de", ()),
        ("9", ENGLISH, "en", None),
        ("0", ENGLISH, "en", None),
        ("speed?", ENGLISH, "en", None),
        ("Where is my parcel", ENGLISH, "en", None),
        ("My order 2 is missing", ENGLISH, "en", None),
        ("speeding", ENGLISH, "en", None),
        ("", ENGLISH, "en", None),
    ],
)
def test_choice_is_read_by_number_word_and_name(text, choices, language, keys):
    answer = read_choices(text, choices=choices, language=language)
    assert (answer.keys if answer else None) == keys


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Answer faster", FurtherAnswer(text="Answer faster", has_words=True)),
        ("no", FurtherAnswer()),
        ("Where is my refund?", None),
        ("when does it come", None),
        ("  ", None),
    ],
)
def test_open_question_takes_words_and_no_questions(text, answer):
    assert read_free_answer(text, language="en") == answer


def test_payload_of_a_choice_fits_every_provider_and_is_none_of_a_score():
    uuid = uuid4()
    payload = make_choice_payload(uuid, 10**17, 9)
    assert len(payload.encode()) <= 64
    pressed = read_choice_payload(payload)
    assert pressed is not None
    assert (pressed.invitation, pressed.question_id, pressed.place) == (uuid, 10**17, 9)
    assert read_payload(payload) is None
