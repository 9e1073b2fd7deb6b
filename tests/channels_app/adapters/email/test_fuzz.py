"""Random and mutated mails: only ParseError may come out, and what comes out can be stored."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_app.adapters.base import Ignored, InboundMessage, ParseError
from channels_app.adapters.email.parse import email_key, parse_email
from channels_app.adapters.email.wire import dump_items, load_items

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("*.eml"))]
PIECES = [
    *(b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html", b"text/plain"),
    *(
        b"; charset=",
        b"utf-8",
        b"iso-2022-jp",
        b"\x1b$B",
        b"=?utf-8?B?",
        b"?=",
        b"=?",
        b"--b",
        b"--b--",
        b"\r\n",
        b"\n",
        b"\n\n",
    ),
    *(
        b"Content-Transfer-Encoding: base64",
        b"quoted-printable",
        b"=",
        b"==",
        b"<",
        b">",
        b"<a@b.c>",
        b'"',
        b"(",
        b")",
        b";",
        b":",
    ),
    *(
        b"name*0*=",
        b"filename=",
        b"%E2%82",
        b"begin 644 x\n",
        b"\nend\n",
        b"message/rfc822",
        b"message/delivery-status",
    ),
    *(
        b"Final-Recipient: rfc822;",
        b"Action: failed",
        b"Date: ",
        b"1 Jan 2024",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"<div>",
    ),
]
EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(raw):
    assert len(email_key(raw)) == 32
    try:
        items = parse_email(raw)
    except ParseError as error:
        if error.code == "unreadable":
            raise
        return
    assert items == load_items(*dump_items(items))
    for item in items:
        for text in strings_of(item):
            assert "\x00" not in text
            text.encode("utf-8")


def strings_of(item):
    if isinstance(item, Ignored):
        return [item.external_id, item.reason]
    if isinstance(item, InboundMessage):
        people = [item.sender, *item.to, *item.cc]
        return [
            *(
                item.external_id,
                item.subject,
                item.text,
                item.html,
                item.reply_text,
                item.in_reply_to,
                *item.references,
            ),
            *(value for person in people for value in (person.address, person.name, person.raw)),
            *(value for file in item.attachments for value in (file.name, file.content_type, file.content_id)),
            *item.headers.values(),
        ]
    return [item.external_id, item.status_of, item.recipient, item.error_code, item.reason, *item.references]


@EXAMPLES
@given(st.binary(max_size=2000))
def test_random_bytes_are_read_or_refused(raw):
    check(raw)


@EXAMPLES
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=80))
def test_random_pieces_of_mails_are_read_or_refused(pieces):
    check(b"".join(pieces))


@EXAMPLES
@given(st.sampled_from(SEEDS), st.data())
def test_mutated_mails_are_read_or_refused(seed, data):
    raw = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(raw)))
        kind = data.draw(st.integers(0, 3))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=4)))
        if kind == 0:
            raw[at:at] = piece
        elif kind == 1:
            del raw[at : at + data.draw(st.integers(1, 200))]
        elif kind == 2:
            raw[at : at + len(piece)] = piece
        else:
            raw[at:at] = raw[at : at + 300]
    check(bytes(raw))


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_truncated_mail_is_read_or_refused(seed):
    raw = SEEDS[seed]
    for end in range(0, len(raw), 37):
        check(raw[:end])
