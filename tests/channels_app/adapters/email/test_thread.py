"""The conversation's token: where it is written, where it is found, and what only looks like one."""

import pytest

from channels_app.adapters.email.parse import parse_email
from channels_app.adapters.email.thread import (
    find_tokens,
    make_message_id,
    make_reply_address,
    make_subject_tag,
    strip_subject_tag,
)

TOKEN = "0123456789abcdef0123456789abcdef"
UUID = "5f0c1d2e-3b4a-4c5d-8e6f-0123456789ab"


def tokens(header):
    (item,) = parse_email(f"From: ann@example.org\n{header}\n\nx".encode())
    return item.thread_tokens


def test_what_we_write_is_found_again():
    message_id = make_message_id(UUID, TOKEN, "corp.example")
    assert message_id == f"5f0c1d2e3b4a4c5d8e6f0123456789ab.{TOKEN}@corp.example"
    assert find_tokens(message_ids=[message_id]) == (TOKEN,)
    assert find_tokens(recipients=[make_reply_address("help@corp.example", TOKEN)]) == (TOKEN,)
    assert find_tokens(subject=f"x {make_subject_tag(TOKEN)}") == (TOKEN,)


@pytest.mark.parametrize(
    "header",
    [
        f"To: help+{TOKEN}@corp.example",
        f"Cc: Help <help+de+{TOKEN}@corp.example>",
        f"Delivered-To: help+{TOKEN}@corp.example",
        f"X-Original-To: help+{TOKEN}@corp.example",
        f"Envelope-To: help+{TOKEN}@corp.example",
        f"In-Reply-To: <{'a' * 32}.{TOKEN}@corp.example>",
        f"References: <x@y> <{'a' * 32}.{TOKEN}@corp.example> <z@y>",
        f"Subject: Re: x [ref:{TOKEN}]",
        f"Subject: =?utf-8?Q?Re:_=C3=A4_[ref:{TOKEN}]?=",
    ],
)
def test_token_is_found(header):
    assert tokens(header) == (TOKEN,)


@pytest.mark.parametrize(
    "lookalike",
    [TOKEN[:-1], TOKEN + "0", TOKEN.upper(), "g" * 32, TOKEN[:16] + " " + TOKEN[17:], TOKEN + "-x", "x" + TOKEN, ""],
)
@pytest.mark.parametrize(
    "header",
    [
        "To: help+{}@corp.example",
        "In-Reply-To: <" + "a" * 32 + ".{}@corp.example>",
        "Subject: x [ref:{}]",
        "Subject: [#{}]",
    ],
)
def test_lookalike_is_no_token(header, lookalike):
    assert tokens(header.format(lookalike)) == ()


@pytest.mark.parametrize(
    "message_id",
    [
        f"{'a' * 31}.{TOKEN}@c",
        f"{'a' * 33}.{TOKEN}@c",
        f"{'A' * 32}.{TOKEN}@c",
        f"{'a' * 32}.{TOKEN}",
        f"x{'a' * 32}.{TOKEN}@c",
        f"{'a' * 32}.{TOKEN}@",
    ],
)
def test_id_of_another_shape_holds_no_token(message_id):
    assert find_tokens(message_ids=[message_id]) == ()


@pytest.mark.parametrize("subject", ["[#1234] x", "Ticket 1234", "[ref:1234]"])
def test_guessed_number_is_no_token(subject):
    assert tokens(f"Subject: {subject}") == ()


def test_tokens_come_in_the_order_of_what_they_prove():
    other, third = "1" * 32, "2" * 32
    header = f"Subject: [ref:{third}]\nIn-Reply-To: <{'a' * 32}.{other}@c>\nTo: h+{TOKEN}@corp.example"
    assert tokens(header) == (TOKEN, other, third)


def test_newest_reference_comes_first():
    older, newer = "1" * 32, "2" * 32
    assert tokens(f"References: <{'a' * 32}.{older}@c> <{'a' * 32}.{newer}@c>") == (newer, older)


@pytest.mark.parametrize(
    ("subject", "stripped"),
    [
        (f"Re: x [ref:{TOKEN}]", "Re: x"),
        (f"[ref:{TOKEN}] Re: x", "Re: x"),
        (f"a [ref:{TOKEN}] b", "a b"),
        ("Re: [ref:1234]", "Re: [ref:1234]"),
        (f"[ref:{TOKEN}]", ""),
    ],
)
def test_tag_is_taken_off_the_subject(subject, stripped):
    assert strip_subject_tag(subject) == stripped
