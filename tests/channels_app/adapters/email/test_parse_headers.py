"""Who wrote to whom about what and when: right headers, broken ones, and those made to deceive."""

from datetime import UTC, datetime

import pytest

from channels_app.adapters.email.identifiers import email_key, parse_date
from channels_app.adapters.email.parse import parse_email

OWN = frozenset({"support@corp.example"})


def message(header, body="text"):
    raw = header if isinstance(header, bytes) else header.encode()
    return parse_email(raw + b"\n\n" + body.encode(), own_addresses=OWN)[0]


@pytest.mark.parametrize(
    ("header", "address", "name"),
    [
        ("From: Ann <Ann@Example.org>", "ann@example.org", "Ann"),
        ("FROM : ann@example.org", "ann@example.org", ""),
        ("From:ann@example.org", "ann@example.org", ""),
        ("From: =?utf-8?q?J=C3=B6rg?=\n <j@example.org>", "j@example.org", "Jörg"),
        ("From: <ann@example.org>\nReply-To: other@example.org", "ann@example.org", ""),
        ("Sender: ann@example.org", "ann@example.org", ""),
        ("From: Ann\nReturn-Path: <ann@example.org>", "ann@example.org", "Ann"),
        ("From: undisclosed\nSubject: x", "", "undisclosed"),
        ("Subject: x", "", ""),
        ("From: Jürgen <j@example.org>", "j@example.org", "Jürgen"),
        (b"From: J\xfcrgen <j@example.org>", "j@example.org", "Jürgen"),
        (
            b"From: \xc8\xe2\xe0\xed <j@example.org>\nContent-Type: text/plain; charset=windows-1251",
            "j@example.org",
            "Иван",
        ),
    ],
)
def test_sender_is_found(header, address, name):
    sender = message(header).sender
    assert (sender.address, sender.name) == (address, name)


@pytest.mark.parametrize(
    ("header", "flag"),
    [
        ("From: a@x.example\nFrom: b@x.example", "several_from"),
        ("From: a@x.example, b@x.example", "several_from"),
        ("From: a@x.example\nMessage-ID: <1@x>\nMessage-ID: <2@x>", "several_message_ids"),
        ("Subject: nobody", "no_from"),
    ],
)
def test_what_an_agent_should_know_is_flagged(header, flag):
    item = message(header)
    assert flag in item.flags


def test_first_of_two_senders_and_ids_counts():
    item = message("From: a@x.example\nFrom: b@x.example\nMessage-ID: <1@x>\nMessage-ID: <2@x>")
    assert (item.sender.address, item.external_id) == ("a@x.example", "1@x")


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Subject: plain", "plain"),
        ("Subject:", ""),
        ("Subject: folded\n over lines", "folded over lines"),
        ("Subject: folded\r\n\tby tab", "folded by tab"),
        ("Subject: =?utf-8?Q?=C3=84rger?=\n =?utf-8?Q?_mit?= Post", "Ärger mit Post"),
        ("Subject: a =?utf-8?Q?line=0D=0ABcc:_x@y?=", "a line Bcc: x@y"),
        ("Subject: bare\rcarriage", "bare carriage"),
        ("Subject: Re: Order [ref:0123456789abcdef0123456789abcdef]", "Re: Order"),
        ("subject: one\nSubject: two", "one"),
        (b"Subject: \x1b$BF|K\\\x1b(B", "日本"),
        ("Subject: x" + "y" * 2000, "x" + "y" * 997),
    ],
)
def test_subject_is_one_readable_line(header, subject):
    item = message(header if isinstance(header, bytes) else f"From: a@x.example\n{header}")
    assert item.subject == subject


@pytest.mark.parametrize(
    "raw",
    [
        b"\n\nFrom: a@x.example\nSubject: s\n\ntext",
        b"From MAILER Mon Jan  1 00:00:00 2024\nFrom: a@x.example\nSubject: s\n\ntext",
        b"\xef\xbb\xbfFrom: a@x.example\nSubject: s\n\ntext",
        b"From: a@x.example\nrubbish without colon\nSubject: s\n\ntext",
        b"From: a@x.example\nSubject: s\n \nTo: b@x.example\n\ntext",
        b"From: a@x.example\nSubject: s\ntext",
        b"From: a@x.example\r\r\nSubject: s\r\r\n\r\r\ntext",
        b"From: a@x.example\rSubject: s\r\rtext",
        b"From: a@x.example\nSubject: s\n   \ntext",
    ],
)
def test_broken_header_block_is_read(raw):
    item = parse_email(raw)[0]
    assert (item.sender.address, item.subject, item.text) == ("a@x.example", "s", "text")


def test_carriage_return_smuggles_in_no_header():
    item = message("From: a@x.example\nX: y\rReply-To: evil@x.example")
    assert item.reply_to is None


def test_recipients_and_reply_address_are_read():
    item = message(
        'From: a@x.example\nTo: "B, C" <b@x.example>, c@x.example\nTo: d@x.example\nCc: e@x.example\nReply-To: F <f@x.example>'
    )
    assert [address.address for address in item.to] == ["b@x.example", "c@x.example", "d@x.example"]
    assert [address.address for address in item.cc] == ["e@x.example"]
    assert (item.reply_to.address, item.reply_to.name) == ("f@x.example", "F")


@pytest.mark.parametrize(
    ("header", "in_reply_to", "references"),
    [
        ("In-Reply-To: <a@x>\nReferences: <r@x> <a@x>", "a@x", ("r@x", "a@x")),
        ("In-Reply-To: <a@x> (Ann's message of Monday)", "a@x", ()),
        ('In-Reply-To: Your message of "Mon" <a@x>', "a@x", ()),
        ("In-Reply-To: a@x", "a@x", ()),
        ("In-Reply-To: <a\n @x>", "a@x", ()),
        ("References: <a@x><b@x>,<c@x>\n <a@x>", "", ("a@x", "b@x", "c@x")),
        ("References: a@x b@x", "", ("a@x", "b@x")),
        ("In-Reply-To: <[", "", ()),
        ("In-Reply-To:", "", ()),
    ],
)
def test_earlier_mails_are_named(header, in_reply_to, references):
    item = message(f"From: a@x.example\n{header}")
    assert (item.in_reply_to, item.references) == (in_reply_to, references)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<a@x>", "a@x"),
        ("a@x", "a@x"),
        ("<a@x", "a@x"),
        (" <a@x> (c)", "a@x"),
        ("<>", ""),
        ("", ""),
        ("<[", "["),
        ("<" + "a" * 5000 + "@x>", "a" * 5000 + "@x"),
    ],
)
def test_message_id_is_kept_without_brackets(written, expected):
    assert message(f"From: a@x.example\nMessage-ID: {written}").external_id == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mon, 1 Jan 2024 10:00:00 +0100", datetime(2024, 1, 1, 9, tzinfo=UTC)),
        ("1 Jan 2024 10:00 -0000", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("Mon, 1 Jan 2024 10:00:00", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("Mon, 1 Jan 2024 10:00:00 GMT", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("Mon, 1 Jan 2024 10:00:00 EST", datetime(2024, 1, 1, 15, tzinfo=UTC)),
        ("Mon, 1 Jul 2024 10:00:00 CEST", datetime(2024, 7, 1, 8, tzinfo=UTC)),
        ("Mon, 1 Jan 2024 10:00:00 +0100 (CET)", datetime(2024, 1, 1, 9, tzinfo=UTC)),
        ("Mon, 1 Jan 2024 10:00:00 +9999", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("2024-01-01T10:00:00Z", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("2024-01-01 10:00:00+02:00", datetime(2024, 1, 1, 8, tzinfo=UTC)),
        ("Mon, 01 Jan 24 10:00:00 +0000", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("99 Foo", None),
        ("Mon, 32 Jan 2024 10:00:00 +0000", None),
        ("Mon, 1 Jan 99999 10:00:00 +0000", None),
        ("", None),
        ("(" * 5000, None),
        ("yesterday", None),
    ],
)
def test_date_is_read_in_utc_or_not_at_all(written, expected):
    assert parse_date(written) == expected


def test_control_headers_of_strangers_are_not_kept():
    item = message(
        "From: a@x.example\nX-Helpdesk-Ticket: 1\nX-Helpdesk-Origin: us\nX-Zammad-Ticket-Owner: x\nX-Mailer: Foo 1\nX-Priority: 1"
    )
    assert item.headers == {"X-Mailer": "Foo 1", "X-Priority": "1"}
    assert not item.is_auto_reply


@pytest.mark.parametrize(
    "sender",
    ["support@corp.example", "Support <SUPPORT@corp.example>", "support+0123456789abcdef0123456789abcdef@corp.example"],
)
def test_own_mail_come_back_is_ignored(sender):
    item = message(f"From: {sender}\nMessage-ID: <1@x>")
    assert (type(item).__name__, item.reason, item.external_id) == ("Ignored", "loop", "1@x")


def test_claim_to_be_ours_in_a_header_is_not_believed():
    assert message("From: a@x.example\nX-Helpdesk-Origin: corp").sender.address == "a@x.example"


MAIL = b"Message-ID: <1@x>\r\nFrom: a@x\r\nSubject: s\r\n\r\nbody\r\n"


def test_key_is_blind_to_line_ends_and_the_way_a_mail_came():
    other_way = b"Return-Path: <a@x>\nReceived: by y\n" + MAIL.replace(b"\r\n", b"\n") + b"\n"
    assert email_key(other_way) == email_key(MAIL)


def test_key_without_an_id_is_blind_to_the_same():
    bare = MAIL.replace(b"Message-ID: <1@x>\r\n", b"")
    assert email_key(b"Received: by y\n" + bare.replace(b"\r\n", b"\n")) == email_key(bare)


@pytest.mark.parametrize("other", [MAIL.replace(b"body", b"other"), MAIL.replace(b"1@x", b"2@x")])
def test_key_tells_mails_with_one_id_or_one_body_apart(other):
    assert email_key(other) != email_key(MAIL)


def test_key_without_an_id_looks_at_all_of_the_mail():
    assert email_key(b"Subject: a\n\nx") != email_key(b"Subject: b\n\nx")
