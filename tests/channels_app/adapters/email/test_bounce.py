"""What became of our mails: returned, delayed, read; and mails of people that only speak of it."""

from pathlib import Path

import pytest

from channels_app.adapters.base import DeliveryUpdate, Ignored, InboundMessage
from channels_app.adapters.email.parse import parse_email

PAYLOADS = Path(__file__).parent / "payloads"
TOKEN = "0123456789abcdef0123456789abcdef"
SENT = f"5f0c1d2e3b4a4c5d8e6f0123456789ab.{TOKEN}@corp.example"
OWN = frozenset({"support@corp.example"})


def items(name):
    return parse_email((PAYLOADS / f"{name}.eml").read_bytes(), own_addresses=OWN)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bounce_postfix", [("nobody@example.net", "5.1.1", False)]),
        ("bounce_qmail", [("nobody@example.net", "5.1.1", False), ("full@example.net", "4.2.2", True)]),
        ("bounce_exim", [("nobody@example.net", "5.1.1", False)]),
        ("bounce_exchange_german", [("nobody@example.net", "5.1.10", False)]),
        ("bounce_gmail", [("nobody@example.net", "5.1.1", False)]),
        ("bounce_japanese", [("nobody@example.jp", "5.1.1", False)]),
        ("delay_exim", [("slow@example.net", "4.4.7", True)]),
    ],
)
def test_each_failed_recipient_is_named_with_code_and_mail(name, expected):
    updates = items(name)
    assert [(update.recipient, update.error_code, update.is_soft) for update in updates] == expected
    assert {(update.status, update.is_bounce, update.status_of) for update in updates} == {("failed", True, SENT)}
    assert all(update.thread_tokens == (TOKEN,) and update.reason for update in updates)
    assert len({update.dedup_key for update in updates}) == len(updates)


def test_report_tells_failed_delayed_and_delivered_apart():
    assert [
        (update.recipient, update.status, update.is_bounce, update.is_soft, update.error_code)
        for update in items("bounce_two_recipients_headers_only")
    ] == [
        ("full@example.net", "failed", True, False, "5.2.2"),
        ("jörg@example.net", "failed", True, True, "4.4.1"),
        ("good@example.net", "delivered", False, False, "2.1.5"),
    ]


def test_report_carries_its_own_id_date_and_the_servers_words():
    (update,) = items("bounce_postfix")
    assert update.external_id == "20240101.1@mx.example.org"
    assert update.sent_at.isoformat() == "2024-01-01T10:00:00+00:00"
    assert update.reason == "550 5.1.1 <nobody@example.net>: Recipient address rejected"


def test_receipt_says_that_the_mail_was_read():
    (update,) = items("receipt_displayed")
    assert isinstance(update, DeliveryUpdate)
    assert (update.status, update.is_bounce, update.status_of, update.recipient) == (
        "read",
        False,
        SENT,
        "ann@example.net",
    )


def test_receipt_of_an_unread_deletion_is_ignored():
    (item,) = items("receipt_deleted")
    assert isinstance(item, Ignored)


@pytest.mark.parametrize(
    "name", ["person_about_a_bounce", "person_forwards_a_bounce", "absence_with_empty_return_path"]
)
def test_mail_of_a_person_stays_a_message(name):
    (item,) = items(name)
    assert isinstance(item, InboundMessage)


def test_bounce_in_a_forwarded_mail_is_a_file():
    (item,) = items("person_forwards_a_bounce")
    assert [file.name for file in item.attachments] == ["Undelivered Mail Returned to Sender.eml"]


@pytest.mark.parametrize(
    ("fields", "recipient", "code"),
    [
        (
            "Original-Recipient: rfc822;a@x.org\nFinal-Recipient: rfc822;b@x.org\nAction: failed\nStatus: 5.0.0",
            "a@x.org",
            "5.0.0",
        ),
        ("Final-Recipient: rfc822;<B@X.org>\nAction: failed (policy)\nStatus: 5.7.1 (denied)", "b@x.org", "5.7.1"),
        ("Final-Recipient: b@x.org\nAction: Failed\nDiagnostic-Code: smtp; 550 5.2.1 off", "b@x.org", "5.2.1"),
        (
            "Final-Recipient: LOCAL; b\nOriginal-Recipient: rfc822; b@x.org\nAction: failed\nStatus: 5.1.1",
            "b@x.org",
            "5.1.1",
        ),
        ("final-recipient: RFC822; b@x.org\nSTATUS: 5.4.4", "b@x.org", "5.4.4"),
        ("Final-Recipient: rfc822;b@x.org\nAction: failed", "b@x.org", "5.0.0"),
    ],
)
def test_fields_are_read_as_servers_write_them(fields, recipient, code):
    raw = (
        "From: MAILER-DAEMON@x.org\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\nnot delivered\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\n{fields}\n--b--\n"
    )
    (update,) = parse_email(raw.encode())
    assert (update.recipient, update.error_code) == (recipient, code)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("The mailbox is full", "5.2.2"),
        ("user unknown", "5.1.1"),
        ("Host or domain name not found", "5.1.2"),
        ("message size exceeds the limit", "5.3.4"),
        ("blocked as spam", "5.7.1"),
        ("550 5.4.14 hop count", "5.4.14"),
    ],
)
def test_servers_words_without_a_code_are_translated(words, code):
    raw = f"From: postmaster@x.org\nTo: support@corp.example\nSubject: Undeliverable\n\ncould not be delivered:\n\n<b@x.org>:\n{words}\n"
    (update,) = parse_email(raw.encode(), own_addresses=OWN)
    assert (update.recipient, update.error_code) == ("b@x.org", code)
