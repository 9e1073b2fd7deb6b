"""Mails made to stop a mailbox: each is refused by a named limit or read, and never raises anything else."""

import pytest

from channels_app.adapters.base import InboundMessage, ParseError
from channels_app.adapters.email import limits
from channels_app.adapters.email.parse import email_key, parse_email

HEAD = b"From: ann@example.org\nSubject: s\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"


def nested(count):
    return HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(count)
    )


@pytest.mark.parametrize(
    ("code", "raw"),
    [
        ("too_deep", nested(1000)),
        ("too_deep", nested(limits.MAX_DEPTH + 2)),
        ("too_deep", HEAD + b"Content-Type: message/rfc822\n\n" * 300),
        ("too_many_parts", MIXED + b"--b\n\nx\n" * 100_000),
        ("too_many_parts", MIXED + b"--b\n\nx\n" * limits.MAX_PARTS),
        ("too_many_recipients", HEAD + b"To: " + b", ".join(b"a%d@x.org" % n for n in range(20_000)) + b"\n\nx"),
        ("too_many_recipients", HEAD + b"To: a@x.org\n" * (limits.MAX_RECIPIENTS + 1) + b"\nx"),
        ("too_many_recipients", HEAD + b"Cc: " + b"a@x.org," * 100_000 + b"\n\nx"),
        ("headers_too_large", HEAD + b"X-A: " + b"y" * 1_000_000 + b"\n\nx"),
        ("headers_too_large", HEAD + b"X-A: y\n" * 60_000 + b"\nx"),
        ("too_large", HEAD + b"\n" + b"x" * limits.MAX_TOTAL_BYTES),
        ("empty", b""),
        ("empty", b"\r\n\r\n"),
    ],
)
def test_mail_over_a_limit_is_refused_by_its_name(code, raw):
    with pytest.raises(ParseError) as refused:
        parse_email(raw)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    "raw",
    [
        nested(limits.MAX_DEPTH - 1),
        MIXED + b"--b\n\nx\n" * (limits.MAX_PARTS - 1),
        HEAD + b"To: a@x.org\n" * limits.MAX_RECIPIENTS + b"\nx",
        HEAD + b"X-A: " + b"y" * (limits.MAX_HEADER_BYTES - 1000) + b"\n\nx",
    ],
)
def test_mail_just_within_a_limit_is_read(raw):
    assert isinstance(parse_email(raw)[0], InboundMessage)


@pytest.mark.parametrize(
    "raw",
    [
        b"From: " + b"(" * 1000 + b"\n\nx",
        b"From: <@\n\nx",
        b"From: a@x.org\nMessage-ID: <[\n\nx",
        b"From: a@x.org\nDate: 99 Foo\n\nx",
        b"From: a@x.org\nDate: Mon, 1 Jan 99999 00:00:00 +0000\n\nx",
        b"From: a@x.org\nContent-Type: text/plain" + b"".join(b";\n n*%d*=x" % n for n in range(4000)) + b"\n\nx",
        b"From: a@x.org\nSubject: a\r\nX-Injected: \r\n\r\nx",
        b"no header at all",
        b":\n:\n\n",
        b"\x00" * 1000,
        bytes(range(256)) * 20,
        b"Content-Type: multipart/mixed; boundary=\n\n--\n\nx\n----\n",
        b'Content-Type: multipart/mixed; boundary="\x00"\n\n--\x00\n\nx',
        b"Content-Type: multipart/report\n\nx",
        b"From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\n--b--",
        b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n!!!!",
    ],
)
def test_odd_mail_is_read_as_well_as_can_be(raw):
    assert parse_email(raw)


@pytest.mark.parametrize(
    "charset", ["x-unknown", "undefined", "idna", "utf-7", "utf-8\x00", "", "punycode", "zlib", "\xff" * 90]
)
@pytest.mark.parametrize(
    "body", [b"plain", b"\xff\xfe\x00\xd8", "Grüße".encode(), b"+ADw-script+AD4-", b"\xed\xa0\x80"]
)
def test_any_charset_gives_text_that_can_be_stored(charset, body):
    raw = b"From: a@x.org\nContent-Type: text/plain; charset=" + charset.encode() + b"\n\n" + body
    (item,) = parse_email(raw)
    assert "\x00" not in item.text
    item.text.encode("utf-8")


def test_deep_html_is_flagged_and_gives_its_text():
    (item,) = parse_email(HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"words")
    assert "html_too_deep" in item.flags
    assert item.text == "words"


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: text/html\n\n" + b"<p>x" * 60_000,
        b"Content-Type: text/html\n\n" + b"<" * 200_000,
        b"Content-Type: text/html\n\n" + b"<font size=1>" * 150 + b"<div></div><p>x</p>" * 5_000,
        b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 100_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"QQ==\n" * 50_000,
        b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= " * 100_000,
        b"\n" + b"begin 644 a\nend\n" * 10_000,
        b"\n" + b"--\n" * 60_000,
        b"\n" + b"> x\n" * 60_000,
    ],
)
def test_flood_in_a_body_is_read_in_one_pass(body):
    assert isinstance(parse_email(HEAD + body)[0], InboundMessage)


def test_key_of_anything_is_32_bytes():
    for raw in (b"", b"\x00", nested(1000), HEAD + b"X: " + b"y" * 1_000_000, bytes(range(256))):
        assert len(email_key(raw)) == 32


def test_id_taken_beforehand_does_not_hide_the_genuine_mail():
    squatter = b"From: evil@x.org\nMessage-ID: <next@corp>\n\nnothing"
    genuine = b"From: ann@x.org\nMessage-ID: <next@corp>\n\nmy order"
    assert parse_email(squatter)[0].dedup_key != parse_email(genuine)[0].dedup_key
