"""What a mail says and what is attached to it, for the shapes that mail programs send."""

import base64

import pytest

from channels_app.adapters.email.parse import parse_email

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def read(text, **replacements):
    raw = (
        text.lstrip("\n").format(png=base64.encodebytes(PNG).decode().strip(), **replacements)
        if "{png}" in text
        else text.lstrip("\n")
    )
    (item,) = parse_email(("From: ann@example.org\nMIME-Version: 1.0\n" + raw).encode())
    return item


def files(item):
    return [(file.name, file.content_type, file.is_inline) for file in item.attachments]


def test_text_between_images_is_joined():
    item = read("""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=us-ascii

First words.

--b
Content-Type: image/png; name=one.png
Content-Disposition: inline; filename=one.png
Content-Transfer-Encoding: base64

{png}
--b
Content-Type: text/plain; charset=us-ascii

Last words.
--b--
""")
    assert item.text == "First words.\n\nLast words."
    assert files(item) == [("one.png", "image/png", True)]
    assert item.attachments[0].content == PNG


def test_html_pieces_inside_an_alternative_are_joined_and_files_kept():
    item = read("""
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

plain

--a
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: text/html

<p>one</p>
--m
Content-Type: application/pdf; name=x.pdf
Content-Disposition: attachment; filename=x.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--m
Content-Type: text/html

<p>two</p>
--m--
--a--
""")
    assert (item.text, item.html) == ("plain", "<p>one</p>\n<p>two</p>")
    assert files(item) == [("x.pdf", "application/pdf", False)]


@pytest.mark.parametrize(
    ("disposition", "html", "is_inline"),
    [
        ("", '<img src="cid:pic@1">', True),
        ("Content-Disposition: inline\n", "<p>none</p>", True),
        ("Content-Disposition: attachment; filename=p.png\n", '<img src="CID:pic@1">', True),
        ("Content-Disposition: attachment; filename=p.png\n", "<p>none</p>", False),
    ],
)
@pytest.mark.parametrize("kind", ["related", "mixed"])
def test_image_is_inline_where_the_text_shows_it(kind, disposition, html, is_inline):
    item = read(f"""
Content-Type: multipart/{kind}; boundary=b

--b
Content-Type: text/html

{html}
--b
Content-Type: image/png; name=p.png
Content-ID: <pic@1>
{disposition}Content-Transfer-Encoding: base64

aGk=
--b--
""")
    assert files(item) == [("p.png", "image/png", is_inline)]
    assert item.attachments[0].content_id == "pic@1"


def test_attached_mail_is_a_file_with_the_bytes_that_were_sent():
    inner = "Subject: =?utf-8?Q?=C3=9Cber_uns?=\nFrom:a@b.example\n\nFrom here\n>quoted\n"
    item = read(f"""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

see attached
--b
Content-Type: message/rfc822

{inner}
--b--
""")
    assert files(item) == [("Über uns.eml", "message/rfc822", False)]
    assert item.attachments[0].content == inner.encode()


def test_attached_mail_with_parts_of_its_own_stays_one_file():
    item = read("""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

outer
--b
Content-Type: message/rfc822
Content-Disposition: attachment; filename="old.eml"

Subject: x
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain

inner text
--inner
Content-Type: image/png; name=a.png

x
--inner--

--b--
""")
    assert item.text == "outer"
    assert files(item) == [("old.eml", "message/rfc822", False)]
    assert item.attachments[0].content.endswith(b"--inner--\n")


def test_text_part_named_as_attachment_is_a_file():
    item = read("""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

body
--b
Content-Type: text/plain; name=log.txt
Content-Disposition: attachment; filename=log.txt

log
--b
Content-Type: text/csv; name=a.csv

a,b
--b
Content-Type: text/plain; charset=utf-8
Content-Disposition: inline; filename=note.txt

note
--b--
""")
    assert item.text == "body"
    assert [file.name for file in item.attachments] == ["log.txt", "a.csv", "note.txt"]


def test_mail_that_is_nothing_but_a_file():
    item = read("""
Content-Type: application/pdf; name="scan.pdf"
Content-Disposition: attachment; filename="scan.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
""")
    assert item.text == ""
    assert files(item) == [("scan.pdf", "application/pdf", False)]
    assert item.attachments[0].content == b"%PDF-"


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("application/pdf", "attachment-1.pdf"),
        ("image/jpeg", "attachment-1.jpg"),
        ("application/x-nobody-knows", "attachment-1.bin"),
        ("text/calendar; method=REQUEST", "attachment-1.ics"),
        ('image/png; name="../../etc/passwd"', "passwd"),
        ('image/png; name="C:\\\\temp\\\\a.png"', "a.png"),
        ('image/png; name="a\u202egpj.exe"', "agpj.exe"),
    ],
)
def test_file_gets_a_name_that_can_be_shown(content_type, name):
    item = read(
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: {content_type}\n\nx\n--b--\n"
    )
    assert item.attachments[0].name == name


def test_resource_fork_of_a_mac_file_is_left_out():
    item = read("""
Content-Type: multipart/appledouble; boundary=b

--b
Content-Type: application/applefile; name="a.jpg"

fork
--b
Content-Type: image/jpeg; name="a.jpg"

data
--b--
""")
    assert files(item) == [("a.jpg", "image/jpeg", False)]


def test_signature_and_outlook_container_are_kept_as_files():
    item = read("""
Content-Type: multipart/signed; boundary=b; protocol="application/pkcs7-signature"

--b
Content-Type: text/plain

signed words
--b
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Disposition: attachment; filename=smime.p7s

x
--b
Content-Type: application/ms-tnef; name=winmail.dat

x
--b--
""")
    assert item.text == "signed words"
    assert [file.name for file in item.attachments] == ["smime.p7s", "winmail.dat"]


@pytest.mark.parametrize(
    ("header", "body", "text"),
    [
        ("", "plain", "plain"),
        ("Content-Type: text\n", "plain", "plain"),
        (
            "Content-Type: text/plain charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n",
            "Gr=FC=DFe",
            "Grüße",
        ),
        ("Content-Type: TEXT/PLAIN; CHARSET=UTF-8\n", "Grüße", "Grüße"),
        ("Content-Type: text/plain; charset=utf-8; format=flowed\n", "one \ntwo\n\nthree", "one two\n\nthree"),
        ("Content-Type: text/plain; format=flowed; delsp=yes\n", "one \ntwo", "onetwo"),
        ("Content-Type: text/plain; format=flowed\n", "> a \n> b\nc\n-- \nme", "> a b\nc\n-- \nme"),
        ("Content-Type: text/plain; format=flowed\n", " From me", "From me"),
        ("Content-Type: multipart/mixed\n", "--x\nContent-Type: text/plain\n\nhello\n--x--\n", "hello"),
        ("Content-Type: multipart/mixed; boundary=other\n", "--x\nContent-Type: text/plain\n\nhello\n--x--\n", "hello"),
        ("Content-Type: multipart/mixed; boundary=b\n", "no parts at all", "no parts at all"),
        (
            "Content-Type: multipart/mixed; boundary=b\n",
            "--b\nContent-Type: text/plain\n\nnever closed",
            "never closed",
        ),
        (
            "Content-Type: multipart/mixed; boundary=b\n",
            "--b  \n\nblank behind delimiter\n--b-- ",
            "blank behind delimiter",
        ),
        ("Content-Type: multipart\n", "--b\n\nhi\n--b--", "hi"),
        ("Content-Transfer-Encoding: base64\n", "SGVsbG8", "Hello"),
        ("Content-Transfer-Encoding: base64\n", "SGVs bG8=\n", "Hello"),
        ("Content-Transfer-Encoding: base64\n", "SGVsbG8=\n_____\na footer that a list added", "Hello"),
        ("Content-Transfer-Encoding: base64\n", "SGVs\nbG8=\nSGVsbG8=\n", "HelloHello"),
        (
            "Content-Transfer-Encoding: base64\n",
            "This was never encoded, whatever it says.",
            "This was never encoded, whatever it says.",
        ),
        ("Content-Transfer-Encoding: base64\n", "", ""),
        ("Content-Transfer-Encoding: Quoted-Printable; x\n", "a=3Db=\nc=XY=", "a=bc=XY"),
        ("Content-Transfer-Encoding: quoted-printable\n", "a=  \nb", "ab"),
        ("Content-Transfer-Encoding: x-nothing\n", "as it is", "as it is"),
        ("Content-Type: text/html\n", "<p>Hello <b>you</b></p><p>two</p>", "Hello you\n\ntwo"),
        ("Content-Type: text/html; charset=utf-7\n", "+ADw-b+AD4-x", "x"),
        ("Content-Type: text/enriched\n", "<bold>Hi</bold> << you", "Hi < you"),
    ],
)
def test_text_is_read_from_broken_declarations(header, body, text):
    assert read(header + "\n" + body).text == text


def test_charset_of_html_is_taken_from_its_own_declaration():
    raw = b"From: a@b.example\nContent-Type: text/html\n\n<meta charset=iso-8859-2><p>" + "Zażółć".encode("iso8859-2")
    assert parse_email(raw)[0].text == "Zażółć"


def test_two_renderings_sent_side_by_side_are_one_message():
    item = read("""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Same words here
--b
Content-Type: text/html

<p>Same <i>words</i> here</p>
--b--
""")
    assert (item.text, item.html) == ("Same words here", "<p>Same <i>words</i> here</p>")


def test_different_text_beside_html_is_lost_in_neither():
    item = read("""
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html

<p>The message</p>
--b
Content-Type: text/plain

The footer
--b--
""")
    assert item.text == "The message\n\nThe footer"
    assert item.html == "<p>The message</p>\n<p>The footer</p>"


def test_uuencoded_file_in_the_text_becomes_an_attachment():
    item = read("\nsee below\n\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nbye\n")
    assert item.text == "see below\n\nbye"
    assert [(file.name, file.content) for file in item.attachments] == [("a.txt", b"hello")]


def test_the_word_begin_starts_no_file():
    assert read("\nbegin 644 words\nthis is a sentence and no code\nend of it\n").text.startswith("begin 644")


def test_empty_rendering_gives_way_to_the_other():
    item = read("""
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain


--b
Content-Type: text/html

<p>Only here</p>
--b--
""")
    assert item.text == "Only here"


def test_invitation_beside_two_renderings_is_a_file():
    item = read("""
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

plain
--b
Content-Type: text/html

<p>html</p>
--b
Content-Type: text/x-amp-html

<html amp4email></html>
--b
Content-Type: text/calendar; name=invite.ics

BEGIN:VCALENDAR
--b--
""")
    assert (item.text, item.html) == ("plain", "<p>html</p>")
    assert files(item) == [("invite.ics", "text/calendar", False)]


def test_inner_boundary_that_begins_like_the_outer_is_told_apart():
    item = read("""
Content-Type: multipart/mixed; boundary=aa

--aa
Content-Type: multipart/alternative; boundary=aab

--aab
Content-Type: text/plain

plain
--aab
Content-Type: text/html

<p>html</p>
--aab--
--aa
Content-Type: image/png; name=a.png

x
--aa--
""")
    assert (item.text, item.html) == ("plain", "<p>html</p>")
    assert len(item.attachments) == 1


def test_digest_holds_mails():
    item = read(
        "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n"
    )
    assert [file.name for file in item.attachments] == ["one.eml", "two.eml"]


def test_very_long_text_is_cut_and_flagged():
    item = read("\n" + "word " * 250_000)
    assert len(item.text) == 1_000_000
    assert "text_truncated" in item.flags


def test_nul_and_control_characters_are_replaced():
    (item,) = parse_email(b"From: a@b.example\nSubject: a\x00b\n\nx\x00y\x07z\r\nw")
    assert (item.subject, item.text) == ("a\ufffdb", "x\ufffdyz\nw")
