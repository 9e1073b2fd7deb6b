"""The search index: takes any text, and an index made anew replaces the old one."""

import pytest

from tests.factories import last_message, make_ticket
from tickets.models import MessageSearch
from tickets.selectors.search import find_messages
from tickets.services.search import index_messages


@pytest.fixture
def message(email_channel):
    return last_message(make_ticket(email_channel))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 3_000_000,
        " ".join(map(str, range(300_000))),
        " ".join(chr(code) for code in range(0x20000, 0x2A6DF)),
        "".join(chr(code) for code in range(0x20000, 0x2A6DF)),
        "\ufdfa" * 100_000,
        "a\0b\ud800c",
        "' \\ & | ! ( ) : * <->",
    ],
    ids=["empty", "one word", "numbers", "rare letters", "rare run", "ligatures", "unstorable", "operators"],
)
def test_any_text_can_be_indexed(message, text):
    index_messages([(message.pk, text)])
    assert MessageSearch.objects.filter(message=message).count() == 1


def test_index_made_anew_replaces_the_old_one(message):
    index_messages([(message.pk, "first")])
    index_messages([(message.pk, "second")])
    assert find_messages("first") == []
    assert find_messages("second") == [message.pk]


def test_several_messages_are_indexed_in_one_statement(email_channel, django_assert_num_queries):
    rows = [(last_message(make_ticket(email_channel)).pk, f"word{number}") for number in range(5)]
    with django_assert_num_queries(1):
        index_messages(rows)
    assert find_messages("word3") == [rows[3][0]]


def test_nothing_to_index_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        index_messages([])
