"""Which topic a message is about, by the team's keywords."""

from time import process_time

import pytest

from tickets.policies.topics import TopicKeywords, TopicMatcher, clean_keywords

DELIVERY = TopicKeywords(
    pk=1,
    keywords={
        "": ["parcel", "tracking"],
        "de": ["Lieferung", "Paket"],
        "fr": ["livraison"],
        "zh": ["包裹", "快递"],
        "th": ["พัสดุ"],
    },
)
LOST = TopicKeywords(pk=2, parents=(1,), keywords={"": ["lost parcel", "never arrived", "lost"]})
MONEY = TopicKeywords(pk=3, keywords={"": ["refund*", "money back", "subject: invoice", "Größe"]})
CALLS = TopicKeywords(pk=4, keywords={"": ["call me"]}, channels=frozenset({"voice"}))
MATCHER = TopicMatcher([DELIVERY, LOST, MONEY, CALLS])


def found(text: str, **asked: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(match.topic, match.words) for match in MATCHER.match(text=text, **asked)]


@pytest.mark.parametrize(
    ("text", "topic", "words"),
    [
        ("Where is my PARCEL?", 1, ("parcel",)),
        ("the tracking says nothing", 1, ("tracking",)),
        ("I want a refund", 3, ("refund*",)),
        ("when am I refunded?", 3, ("refund*",)),
        ("give me my money, back please", 3, ("money back",)),
        ("Falsche GROSSE", 3, ("Größe",)),
        ("Falsche größe", 3, ("Größe",)),
        ("parcels", 0, ()),
        ("my money. I will be back", 0, ()),
        ("我的包裹在哪里", 1, ("包裹",)),
        ("พัสดุของฉันอยู่ที่ไหน", 1, ("พัสดุ",)),
        ("> where is my parcel", 0, ()),
        ("", 0, ()),
    ],
)
def test_keywords_are_found_on_whole_words_without_case_and_accents(
    text: str, topic: int, words: tuple[str, ...]
) -> None:
    assert found(text) == ([(topic, words)] if topic else [])


def test_special_topic_takes_the_case_from_the_one_it_is_part_of() -> None:
    assert found("my parcel is lost") == [(2, ("lost", "parcel")), (1, ("parcel",))]
    assert found("a lost parcel")[0] == (2, ("lost parcel", "lost", "parcel"))


def test_keywords_of_another_language_do_not_count_once_the_language_is_known() -> None:
    assert found("Paket", language="de") == [(1, ("Paket",))]
    assert found("Paket", language="en") == []
    assert found("Paket") == [(1, ("Paket",))]


def test_topic_of_some_channels_is_found_there_alone() -> None:
    assert found("call me", channel_kind="voice") == [(4, ("call me",))]
    assert found("call me", channel_kind="email") == []


def test_subject_weighs_twice_and_has_keywords_of_its_own() -> None:
    assert found("refund, refund", subject="tracking of a parcel")[0][0] == 1
    assert found("the invoice") == []
    assert found("hello", subject="Re: Invoice 12") == [(3, ("subject: invoice",))]


def test_keyword_said_many_times_counts_once() -> None:
    assert MATCHER.match(text="parcel " * 50)[0].points == 1


def test_keywords_are_kept_trimmed_and_once() -> None:
    assert clean_keywords(["  Parcel ", "parcel", "", "??", "money   back", "x" * 200, "subject:"]) == [
        "parcel",
        "money back",
        "x" * 80,
    ]


@pytest.mark.parametrize("text", ["lost " * 2000, "money " * 2000, "包" * 4000, "a" * 20_000])
def test_cost_grows_with_the_text_and_not_with_the_keywords(text: str) -> None:
    crowded = TopicMatcher(
        TopicKeywords(
            pk=number,
            keywords={"": [f"word{number}x{place}" for place in range(100)] + [f"包{number}", f"stem{number}*"]},
        )
        for number in range(100)
    )
    start = process_time()
    for _round in range(5):
        crowded.match(text=text)
    assert process_time() - start < 0.5
