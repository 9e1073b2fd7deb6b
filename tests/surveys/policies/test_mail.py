from dataclasses import fields

import pytest

from surveys.policies.mail import SurveyMail, mail_text, placeholder, with_links
from surveys.policies.scales import SCALES, Scale
from surveys.policies.texts import TEXTS, texts_for
from surveys.policies.wordings import words_on

TEN = SCALES["1-10"]


def make_mail(language: str = "en", scale: Scale = TEN, **changes: str) -> SurveyMail:
    values = {"brand": "Acme", "name": "Carla", "subject": "My parcel"} | changes
    texts = texts_for(language)
    return SurveyMail(texts=texts, scale=scale, words=words_on(scale, texts), **values)


@pytest.mark.parametrize("scale", SCALES.values(), ids=str)
@pytest.mark.parametrize("language", TEXTS)
def test_text_has_one_line_for_the_links_in_every_language_and_on_every_scale(language: str, scale: Scale) -> None:
    assert mail_text(make_mail(language, scale)).split("\n").count(placeholder(scale)) == 1


@pytest.mark.parametrize("scale", SCALES.values(), ids=str)
@pytest.mark.parametrize("language", TEXTS)
def test_no_place_is_left_open(language: str, scale: Scale) -> None:
    mail = make_mail(language, scale)
    assert "{" not in mail_text(mail) + mail.words.subject + mail.words.score_missing


@pytest.mark.parametrize("language", TEXTS)
def test_every_sentence_of_a_language_is_there(language: str) -> None:
    texts = TEXTS[language]
    assert all(getattr(texts, field.name) != "" for field in fields(texts))
    for name, place in (
        ("greeting", "{name}"),
        ("opening", "{subject}"),
        ("your_answer", "{score}"),
        ("your_answer_in_words", "{answer}"),
        ("change_until", "{until}"),
    ):
        assert place in getattr(texts, name)


@pytest.mark.parametrize("scale", SCALES.values(), ids=str)
def test_every_score_has_its_link(scale: Scale) -> None:
    links = {score: f"https://desk.example/survey/x/?score={score}" for score in scale.scores}
    text = with_links(mail_text(make_mail(scale=scale)), links, scale=scale)
    assert all(f"{link}\n" in text for link in links.values())
    assert placeholder(scale) not in text


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
