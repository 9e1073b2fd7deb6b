"""The moves of a bot: greet, answer, ask, hand over; and never a loop."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from tickets.policies.bot import (
    DEFAULT_RULES,
    HUMAN,
    MOST_TURNS,
    NO,
    SKIP,
    YES,
    Echo,
    Heard,
    Move,
    Rule,
    Setup,
    Talk,
    decide,
    first_question,
    is_machine,
)
from tickets.policies.bot_questions import Question, read_answer, task_questions
from tickets.policies.bot_texts import BOT_TEXTS
from tickets.policies.bot_words import asks_for_a_person, says_no, says_yes, skips

RULES = tuple(Rule(kind=kind, number=number) for kind, number in DEFAULT_RULES)
SETUP = Setup(rules=RULES)
ORDER = Question(key="order", kind="order_number", ask={"en": "What is your order number?", "de": "Bestellnummer?"})
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Found:
    translation_id: int
    score: float


def turn(talk: Talk, text: str = "", *, setup: Setup = SETUP, found: tuple[Found, ...] = (), **heard: object) -> Move:
    return decide(setup, talk, Heard(text=text, language="en", **heard), find=lambda query: found)  # type: ignore[arg-type]


def test_it_greets_answers_and_is_done_when_it_helped() -> None:
    welcome = turn(Talk(), "Hello!")
    assert (welcome.kind, welcome.talk.stage) == ("welcome", "listening")
    answer = turn(welcome.talk, "Where is my order?", found=(Found(7, 0.8), Found(9, 0.5), Found(3, 0.1)))
    assert answer.kind == "article"
    assert [article.translation_id for article in answer.articles] == [7, 9]
    for said in ({"payload": YES}, {"text": "Yes, thanks"}):
        done = turn(answer.talk, **said)  # type: ignore[arg-type]
        assert (done.kind, done.result, done.solved_by, done.ends) == ("solved", "solved", 7, True)


def test_an_article_that_did_not_help_is_not_offered_twice_and_the_second_miss_hands_over() -> None:
    offered = turn(Talk(), "Where is my order?", found=(Found(7, 0.8),))
    sorry = turn(offered.talk, payload=NO)
    assert (sorry.kind, sorry.ends) == ("sorry", False)
    again = turn(sorry.talk, "I said: where is my order", found=(Found(7, 0.8),))
    assert (again.hand_off, again.rule and again.rule.kind) == ("low_confidence_twice", "low_confidence_twice")


def test_what_a_person_will_need_is_asked_before_a_patient_hand_off_but_not_before_an_urgent_one() -> None:
    setup = Setup(rules=RULES, questions=(ORDER,))
    asks = turn(Talk(), "My lamp flickers at night", setup=setup)
    assert (asks.kind, asks.question) == ("question", ORDER)
    unclear = turn(asks.talk, "I do not know", setup=setup)
    assert unclear.kind == "not_clear"
    over = turn(unclear.talk, "it is #A-1234, I think", setup=setup)
    assert (over.hand_off, over.talk.collected) == ("not_known", {"order": "A-1234"})
    assert turn(asks.talk, payload=SKIP, setup=setup).hand_off == "not_known"
    assert turn(asks.talk, "give me a human", setup=setup).hand_off == "asked_for"


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        ({"payload": HUMAN}, "asked_for"),
        ({"is_topic_sensitive": True}, "sensitive_topic"),
        ({"sentiment": "negative", "confidence": 0.8}, "strong_negative"),
        ({"sentiment": "negative", "confidence": 0.3}, ""),
        ({"has_files": True}, "attachment"),
        ({"is_vip": True}, "vip"),
    ],
)
def test_rules_hand_over_at_once_and_only_when_they_hold(heard: dict[str, object], reason: str) -> None:
    assert turn(Talk(), "Where is my order?", found=(Found(7, 0.8),), **heard).hand_off == reason


def test_a_rule_with_conditions_asks_the_ticket() -> None:
    setup = Setup(rules=(Rule(kind="conditions", conditions={"all": ["anything"]}),))
    said = Heard(text="Where is my order?", language="en")
    assert decide(setup, Talk(), said, find=lambda query: (), holds=lambda conditions: True).hand_off == "conditions"


def test_a_person_can_be_asked_for_without_any_rule_and_no_talk_goes_on_for_ever() -> None:
    bare = Setup()
    assert turn(Talk(), "agent please", setup=bare).hand_off == "asked_for"
    talk = Talk()
    for _number in range(MOST_TURNS):
        move = turn(talk, "blue elephants dance", setup=bare)
        assert not move.ends
        talk = move.talk
    assert turn(talk, "blue elephants dance", setup=bare).hand_off == "too_many_turns"


def test_too_many_turns_hand_over_by_rule() -> None:
    setup = Setup(rules=(Rule(kind="turns", number=2),))
    talk = replace(Talk(), turns=2)
    assert turn(talk, "blue elephants", setup=setup).hand_off == "turns"


def test_a_task_asks_its_questions_and_gives_the_answers_back() -> None:
    [serial, order] = task_questions("- Serial number of the lamp?\norder", [ORDER], "en")
    assert (serial["ask"], order["kind"]) == ({"en": "Serial number of the lamp?"}, "order_number")
    setup = Setup(questions=(Question(key="serial", ask={"en": "Serial?"}), ORDER))
    first = first_question(setup, Talk(is_delegated=True))
    second = turn(first.talk, "SN-77", setup=setup)
    done = turn(second.talk, "order 4711-X", setup=setup)
    assert (done.kind, done.result) == ("task_done", "done")
    assert done.talk.collected == {"serial": "SN-77", "order": "4711-X"}


@pytest.mark.parametrize(
    ("kind", "text", "has_files", "answer"),
    [
        ("order_number", "it's AB-1234.", False, "AB-1234"), ("order_number", "no idea", False, None),
        ("email", "Anna@Example.org!", False, "anna@example.org"), ("phone", "call 030 / 12 34 567", False, "030 / 12 34 567"),
        ("photo", "here", False, None), ("photo", "", True, "✓"), ("number", "about 12.5 kg", False, "12.5"),
        ("text", " blue ", False, "blue"),
    ],
)  # fmt: skip
def test_answers_are_read_by_their_kind(kind: str, text: str, has_files: bool, answer: str | None) -> None:
    assert read_answer(kind, text=text, has_files=has_files) == answer


@pytest.mark.parametrize("language", sorted(BOT_TEXTS))
def test_the_words_that_it_offers_are_understood_when_they_come_back(language: str) -> None:
    texts = BOT_TEXTS[language]
    assert asks_for_a_person(texts.word_for_a_person)
    assert asks_for_a_person(texts.talk_to_a_person)
    assert says_yes(texts.yes)
    assert says_no(texts.no)
    assert skips(texts.skip)
    assert texts.word_for_a_person in texts.write_to_talk.replace("{word}", texts.word_for_a_person)
    assert all(len(words) <= 20 for words in (texts.talk_to_a_person, texts.yes, texts.no, texts.skip))


@pytest.mark.parametrize(
    "text",
    ["I want to talk to a real person", "Human!", "Kann ich mit jemandem sprechen?", "un humain svp", "hablar con una persona",
     "أريد موظف", "转人工", "人間と話したい", "คุยกับเจ้าหน้าที่", "ខ្ញុំចង់និយាយជាមួយបុគ្គលិក"],
)  # fmt: skip
def test_a_person_is_asked_for_in_many_languages(text: str) -> None:
    assert asks_for_a_person(text)


def test_talk_about_persons_is_no_wish_for_one() -> None:
    assert not asks_for_a_person("The person who delivered the parcel last week left it in the rain again")


def test_a_machine_is_known_by_its_haste_and_by_repeating_itself() -> None:
    calm = [Echo(at=START + timedelta(seconds=40 * number), digest=str(number)) for number in range(6)]
    hasty = [Echo(at=START + timedelta(seconds=2 * number), digest=str(number)) for number in range(5)]
    twice = [Echo(at=START, digest="a"), Echo(at=START + timedelta(minutes=5), digest="a")]
    assert [is_machine(heard) for heard in (calm, hasty, twice)] == [False, True, True]
    assert not is_machine(twice, was_button=True)
