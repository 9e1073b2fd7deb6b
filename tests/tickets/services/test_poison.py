"""No hostile mail stops the queue: each in the middle of good ones, all of which become tickets."""

import pytest

from channels_app.adapters.base import RawEvent
from channels_app.models import InboundEvent
from channels_app.services.storing import store_events
from tests.factories import make_channel
from tickets.models import Message, Ticket
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db
HEAD = b"From: Eve <eve@elsewhere.example>\r\nTo: support@desk.example\r\nSubject: x\r\n"
GOOD = 8


def good_mail(number: int) -> bytes:
    return f"From: c{number}@customer.example\r\nMessage-ID: <{number}@x>\r\nSubject: {number}\r\n\r\nHello {number}\r\n".encode()


def nested_multiparts(depth: int) -> bytes:
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"MIME-Version: 1.0\r\n" + parts + b"Content-Type: text/plain\r\n\r\ndeep"


def nested_messages(depth: int) -> bytes:
    return HEAD + b"MIME-Version: 1.0\r\n" + b"Content-Type: message/rfc822\r\n\r\nSubject: y\r\n" * depth + b"\r\ndeep"


def many_parts(count: int) -> bytes:
    return (
        HEAD
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * count
        + b"--b--\r\n"
    )


# name -> (mail, the quarantine's code, or None where the mail must become a ticket)
HOSTILE = {
    "thousand brackets in From": (b"From: " + b"(" * 1000 + b"\r\nSubject: x\r\n\r\nbody", None),
    "From without an end": (b"From: <@\r\nMessage-ID: <[\r\nSubject: x\r\n\r\nbody", None),
    "date of no calendar": (HEAD + b"Date: 99 Foo 99999 99:99:99 +9999\r\n\r\nbody", None),
    "year 99999": (HEAD + b"Date: Mon, 01 Jan 99999 00:00:00 +0000\r\n\r\nbody", None),
    "thousand nested multiparts": (nested_multiparts(1000), "too_deep"),
    "three hundred nested messages": (nested_messages(300), "too_deep"),
    "hundred thousand parts": (many_parts(100_000), "too_many_parts"),
    "twenty thousand recipients": (HEAD + b"Cc: " + b"a@b.example, " * 20_000 + b"\r\n\r\nbody", None),
    "megabyte of headers": (HEAD + b"X-Pad: " + b"y" * 1_000_000 + b"\r\n\r\nbody", "headers_too_large"),
    "unknown charset": (HEAD + b"Content-Type: text/plain; charset=x-unknown\r\n\r\nbody", None),
    "charset undefined": (HEAD + b"Content-Type: text/plain; charset=undefined\r\n\r\nbody", None),
    "charset idna": (HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\nbody", None),
    "charset with NUL": (HEAD + b'Content-Type: text/plain; charset="utf-8\x00"\r\n\r\nbody', None),
    "script in utf-7": (
        HEAD + b"Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-x",
        None,
    ),
    "NUL bytes": (HEAD + b"\r\nbo\x00dy \xed\xa0\x80", None),
    "raw 8-bit headers": (b"From: \xe4\xf6\xfc <eve@elsewhere.example>\r\nSubject: \xff\xfe\r\n\r\nbody", None),
    "broken base64": (HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====????", None),
    "half a megabyte of nested divs": (HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"x", None),
    "nothing": (b"", None),
    "only a line break": (b"\r\n", None),
    "no header at all": (b"\x00\xff\xfe binary", None),
    "index of ten kilobytes": (HEAD + b"Message-ID: <" + b"m" * 9_600 + b"@x>\r\n\r\nbody", None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_ends_as_ticket_or_in_quarantine_and_all_good_mails_arrive(name):
    channel = make_channel(kind="email", config={"address": "support@desk.example"})
    hostile, code = HOSTILE[name]
    bodies = [good_mail(n) for n in range(GOOD)]
    bodies.insert(GOOD // 2, hostile)
    store_events(channel=channel, events=[RawEvent(body=body, source="smtp") for body in bodies])
    process_waiting_events()
    assert Message.objects.filter(text__startswith="Hello").count() == GOOD
    assert not InboundEvent.objects.filter(state="received").exists()
    quarantined = InboundEvent.objects.filter(state="quarantined")
    if code is not None:
        assert quarantined.get().reason_code == code
        assert quarantined.get().reason
    assert Ticket.objects.count() + quarantined.count() == GOOD + 1
