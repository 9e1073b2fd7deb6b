"""What is learned from resolved cases, and what is suggested from it."""

import itertools

from tickets.policies.topic_learning import (
    LEAST_CUSTOMERS,
    MOST_WORDS_OF_TOPIC,
    LearnedCase,
    learn,
    suggest,
    words_of,
)

DELIVERY, MONEY = 1, 2
_customers = itertools.count(1)


def cases(topic: int, *texts: str, customer: int | None = None) -> list[LearnedCase]:
    return [LearnedCase(topic=topic, customer=customer or next(_customers), words=words_of("", text)) for text in texts]


def both() -> list[LearnedCase]:
    delivery = [
        "where is my parcel",
        "the parcel is late",
        "tracking of my parcel says nothing",
        "parcel lost, tracking dead",
    ]
    money = [
        "please refund my order",
        "where is my refund",
        "charged twice, refund please",
        "the card was charged twice",
    ]
    return cases(DELIVERY, *delivery * 3) + cases(MONEY, *money * 3)


def test_topic_is_suggested_with_the_words_that_speak_for_it() -> None:
    suggestion = suggest(words_of("", "My parcel has no tracking number"), learn(both()))
    assert suggestion is not None
    assert suggestion.topic == DELIVERY
    assert set(suggestion.words) == {"parcel", "tracking"}
    assert suggestion.confidence > 0.9
    other = suggest(words_of("", "I was charged twice!"), learn(both()))
    assert other is not None
    assert other.topic == MONEY


def test_nothing_is_suggested_without_words_that_tell() -> None:
    learned = learn(both())
    for text in ("hello there", "where are you", "", "12345", "parcel refund"):
        assert suggest(words_of("", text), learned) is None


def test_nothing_is_suggested_from_few_cases_or_a_single_topic() -> None:
    few = cases(DELIVERY, *["where is my parcel"] * 4) + cases(MONEY, *["refund please"] * 9)
    assert suggest(words_of("", "parcel"), learn(few)) is None
    assert suggest(words_of("", "parcel"), learn(cases(DELIVERY, *["where is my parcel"] * 20))) is None


def test_words_of_one_customer_are_not_kept() -> None:
    told = cases(DELIVERY, *["parcel for zanzibarstreet"] * 9, customer=7) + cases(DELIVERY, "parcel", "parcel")
    assert dict(learn(told)[DELIVERY].words) == {"parcel": 11}
    assert LEAST_CUSTOMERS == 3


def test_numbers_addresses_and_quotes_are_not_learned() -> None:
    assert words_of("Order 4711", "call 0151234 or carla@mail.example\n> refund\n我的包裹") == {
        "order",
        "call",
        "我的",
        "的包",
        "包裹",
    }


def test_what_is_kept_of_a_topic_is_bounded() -> None:
    many = [
        LearnedCase(topic=DELIVERY, customer=number, words=frozenset(f"word{place}" for place in range(900)))
        for number in range(5)
    ]
    assert len(learn(many)[DELIVERY].words) == MOST_WORDS_OF_TOPIC


def test_order_of_the_cases_does_not_matter() -> None:
    assert learn(both()) == learn(list(reversed(both())))
