from dataclasses import fields

import pytest

from surveys.policies.mail import PLACEHOLDER, SCORES, SurveyMail, mail_text, with_links
from surveys.policies.texts import TEXTS, texts_for

LINKS = {score: f"https://desk.example/survey/x/?score={score}" for score in SCORES}


def make_mail(language: str = "en", **changes: str) -> SurveyMail:
    values = {"brand": "Acme", "name": "Carla", "subject": "My parcel"} | changes
    return SurveyMail(texts=texts_for(language), **values)


@pytest.mark.parametrize("language", TEXTS)
def test_text_has_one_line_for_the_links_in_every_language(language: str) -> None:
    assert mail_text(make_mail(language)).split("\n").count(PLACEHOLDER) == 1


@pytest.mark.parametrize("language", TEXTS)
def test_every_sentence_of_a_language_is_there(language: str) -> None:
    texts = TEXTS[language]
    assert all(getattr(texts, field.name) != "" for field in fields(texts))
    for name, place in (
        ("greeting", "{name}"),
        ("opening", "{subject}"),
        ("your_answer", "{score}"),
        ("change_until", "{until}"),
    ):
        assert place in getattr(texts, name)


def test_every_score_has_its_link() -> None:
    text = with_links(mail_text(make_mail()), LINKS)
    assert all(link in text for link in LINKS.values())
    assert PLACEHOLDER not in text


@pytest.mark.parametrize(
    ("asked", "given"), [("de-AT", "de"), ("de_CH", "de"), ("AR", "ar"), ("tlh", "en"), ("", "en")]
)
def test_language_of_a_region_is_spoken(asked: str, given: str) -> None:
    assert texts_for(asked).language == given


def test_second_language_is_taken_where_we_do_not_speak_the_first() -> None:
    assert texts_for("tlh", "fr").language == "fr"


@pytest.mark.parametrize("name", ["", "carla@customer.example", "x" * 200])
def test_nobody_is_greeted_by_what_is_no_name(name: str) -> None:
    assert make_mail(name=name).greeting == "Hello,"


def test_name_cannot_add_lines_to_the_mail() -> None:
    assert "\n" not in make_mail(name="Carla\r\nBcc: all").greeting
