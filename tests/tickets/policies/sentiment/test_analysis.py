"""How a message's mood is read: tables of realistic messages with a floor, and the little words that turn it."""

from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from tickets.policies.sentiment import Sentiment, analyse_sentiment
from tickets.policies.sentiment.languages import LEXICONS

HERE = Path(__file__).parent


def messages(folder: str, language: str) -> Iterator[tuple[str, str]]:
    """(label, text) of the hand-written messages; the word lists were not touched after those of ``unseen_messages``."""
    for line in (HERE / folder / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        label, _, text = line.partition("\t")
        yield label, text


def mood(text: str, language: str = "en") -> str:
    return analyse_sentiment(text, language=language).label


@pytest.mark.parametrize("language", sorted(LEXICONS))
@pytest.mark.parametrize(("folder", "least"), [("messages", 0.95), ("unseen_messages", 0.7)])
def test_moods_of_realistic_messages_are_read(folder: str, least: float, language: str) -> None:
    table = list(messages(folder, language))
    read = [(label, mood(text, language), text) for label, text in table]
    misread = [row for row in read if row[0] != (row[1] or "neutral")]
    turned = [row for row in read if {row[0], row[1]} == {"positive", "negative"}]
    assert len(table) >= 20
    assert 1 - len(misread) / len(table) >= least, misread
    assert len(turned) <= 0.05 * len(table), turned


@pytest.mark.parametrize(
    ("language", "negative", "positive"),
    [
        ("en", "not good", "good"),
        ("en", "I am not happy with it", "I am happy with it"),
        ("en", "this isn’t helpful", "this is helpful"),
        ("en", "it is not working", "it is not broken"),
        ("es", "no me gusta nada", "me gusta"),
        ("es", "no estoy nada contenta", "estoy contenta"),
        ("es", "hay un problema", "no hay problema"),
        ("fr", "je ne suis pas contente", "je suis contente"),
        ("fr", "j'aime pas, c'est pas bien", "c'est bien"),
        ("fr", "il y a un souci", "aucun souci"),
    ],
)
def test_negation_turns_the_mood(language: str, negative: str, positive: str) -> None:
    assert mood(negative, language) == "negative"
    assert mood(positive, language) == "positive"


def test_negation_ends_with_its_clause() -> None:
    assert mood("No, great service!") == "positive"
    assert mood("Not today. Excellent work") == "positive"


def test_stronger_words_weigh_more() -> None:
    def score(text: str) -> float:
        return analyse_sentiment(text, language="en").score

    assert score("extremely disappointed") < score("disappointed") < score("a bit disappointed") < 0


def test_what_follows_a_but_outweighs_what_stands_before() -> None:
    assert mood("The jacket is nice but the zip is broken") == "negative"
    assert mood("The zip was broken but you solved it quickly, thanks") == "positive"


def test_good_and_bad_in_balance_are_neutral_with_little_confidence() -> None:
    mixed = analyse_sentiment("great price, poor quality. helpful agent, rude driver", language="en")
    assert mixed.label == "neutral"
    assert mixed.confidence < 0.6


@pytest.mark.parametrize("text", ["WHERE IS MY ORDER??? ANSWER ME", "CALL ME TODAY ABOUT THIS", "hello???"])
def test_shouting_is_negative(text: str) -> None:
    assert mood(text) == "negative"


def test_shouting_strengthens_what_is_said() -> None:
    calm, shouted = "this is a bad product", "THIS IS A BAD PRODUCT!!!"
    assert analyse_sentiment(shouted, language="en").score < analyse_sentiment(calm, language="en").score < 0
    assert mood("YOU ARE AMAZING!!!") == "positive"


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("positive", "👍"),
        ("positive", "❤️❤️"),
        ("negative", "😡"),
        ("negative", ":-("),
        ("positive", ":)"),
        ("", "🚗"),
        ("", "14:30"),
    ],
)
def test_emoji_speak_in_every_language(label: str, text: str) -> None:
    for language in ("en", "km", ""):
        assert mood(text, language) == label


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("Do you ship to Norway?", "en"),
        ("我很失望", "zh"),
        ("terrible", ""),
        ("> awful, terrible\n\nSize 42", "en"),
    ],
)
def test_unknown_is_unknown(text: str, language: str) -> None:
    assert analyse_sentiment(text, language=language) == Sentiment(
        label="", strong=False, score=0.0, confidence=0.0, words=()
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This is a scam, I will call my lawyer"),
        ("es", "Sois unos estafadores, os voy a denunciar"),
        ("fr", "C'est une arnaque, je vais porter plainte"),
    ],
)
def test_fury_and_threats_are_strong(language: str, text: str) -> None:
    assert analyse_sentiment(text, language=language).strong
    assert not analyse_sentiment("it is a bit late", language="en").strong


def test_words_that_spoke_are_named_as_written_the_heaviest_first() -> None:
    read = analyse_sentiment("Thanks, but I'm still waiting and it is UNACCEPTABLE", language="en")
    assert read.words == ("UNACCEPTABLE", "still waiting")
    assert "vergüenza" in " ".join(analyse_sentiment("qué vergüenza", language="es").words)


@pytest.mark.parametrize(
    "text",
    ["no " * 9000, "n'" * 9000, "!?" * 9000, "😡" * 9000, "still " * 9000, "<" * 9000, "a'" * 9000, "@a." * 9000],
)
def test_cost_is_bounded_whatever_is_written(text: str) -> None:
    start = process_time()
    for language in LEXICONS:
        analyse_sentiment(text, language=language)
    assert process_time() - start < 0.25
