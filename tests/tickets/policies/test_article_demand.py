"""Questions about the same matter are told together, in every script, however much is asked."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tickets.policies.article_demand import Asked, repeated_questions
from tickets.policies.text_difference import difference

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def questions(*texts: str, language: str = "en") -> list[Asked]:
    return [Asked(text=text, language=language, at=AT + timedelta(hours=place)) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("language", "together", "apart"),
    [
        ("en", ["How do I check my voucher balance?", "voucher balance check please"], "My parcel is broken"),
        ("de", ["Wie kann ich meinen Gutschein einlösen?", "Gutschein einlösen geht nicht"], "Paket kaputt"),
        ("th", ["วิธีเปลี่ยนรหัสผ่าน", "อยากเปลี่ยนรหัสผ่าน"], "พัสดุเสียหาย"),
        ("zh", ["礼品卡余额在哪里查询", "怎么查询礼品卡余额"], "包裹坏了"),
    ],
)
def test_questions_about_the_same_matter_stand_together(language, together, apart):
    [group] = repeated_questions(questions(*together, apart, language=language))
    assert {one.text for one in group.questions} == set(together)
    assert group.questions[0].at > group.questions[1].at


def test_one_language_is_not_told_with_another():
    asked = [*questions("voucher balance", language="en"), *questions("voucher balance", language="fr")]
    assert repeated_questions(asked) == []


def test_most_frequent_matter_comes_first():
    asked = questions("opening hours", "voucher balance", "hours opening", "balance voucher", "voucher balance now")
    assert [group.count for group in repeated_questions(asked)] == [3, 2]


def test_many_long_questions_cost_a_bounded_time():
    asked = questions(*(" ".join(f"word{(place * 7 + step) % 900}" for step in range(400)) for place in range(2_000)))
    started = time.process_time()
    repeated_questions(asked)
    assert time.process_time() - started < 5


def test_difference_marks_the_words_that_changed():
    lines = difference("Same\nWithin 30 days", "Same\nWithin 14 days\nNew")
    told = [[(piece.change, piece.text) for piece in line] for line in lines]
    assert told[0] == [("same", "Same")]
    assert ("added", "New") in told[-1]
    assert difference("a 30 b", "a 14 b") == [
        [*difference("a ", "a ")[0], *difference("30", "14")[0], *difference(" b", " b")[0]]
    ]
