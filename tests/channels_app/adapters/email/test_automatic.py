"""Who wrote by machine, and who wants no answer by machine."""

import pytest

from channels_app.adapters.email.parse import parse_email


def judged(header, text="Hello"):
    (item,) = parse_email(f"From: ann@example.org\n{header}\n\n{text}".encode())
    return item.is_auto_reply, item.no_auto_answer


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-notified; owner-email=x",
        "Auto-Submitted: Auto-Replied (vacation)",
        "Auto-Submitted: (comment) auto-replied",
        "X-Autoreply: yes",
        "X-Autorespond: x",
        "X-Auto-Reply: 1",
        "X-Autoresponder: foo",
        "Precedence: auto_reply",
        "X-Precedence: auto_reply",
        "X-Vacation: yes",
        "X-Mail-Autoreply: yes",
        "X-POST-MessageClass: 9; Autoresponder",
        "Delivered-To: Autoresponder",
        "Subject: Automatic reply: hello\nX-Auto-Response-Suppress: All",
        "Subject: Abwesenheitsnotiz: x\nReturn-Path: <>",
        "Subject: Out of Office: x\nPrecedence: bulk",
    ],
)
def test_machine_is_recognised(header):
    assert judged(header) == (True, True)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply: Your order", "I am out of the office until Monday."),
        ("Automatische Antwort: Bestellung", "Ich bin bis Montag nicht im Büro."),
        ("Réponse automatique : x", "Je suis absent jusqu'à lundi."),
        ("Respuesta automática: x", "Estoy fuera de la oficina."),
        ("自动回复: x", "我正在休假。"),
        ("自動応答: x", "休暇をいただいております。"),
        ("Автоматический ответ: x", "Я в отпуске."),
        ("Automatisch antwoord: x", "Ik ben afwezig."),
    ],
)
def test_absence_notice_is_recognised_by_subject_and_text_together(subject, text):
    assert judged(f"Subject: {subject}", text) == (True, True)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: NO (really)",
        "Auto-Submitted:",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: DR, NDR, RN",
        "X-Auto-Response-Suppress: None",
        "Precedence: normal",
        "Subject: Out of office supplies",
        "Subject: Re: Automatic reply: hello",
        "X-Helpdesk-Auto: yes",
        "List-Id:",
    ],
)
def test_person_is_taken_for_a_person(header):
    assert judged(header) == (False, False)


@pytest.mark.parametrize(
    "header",
    [
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Precedence: bulk",
        "Precedence: list",
        "Precedence: junk",
        "List-Id: <x.example.org>",
        "List-Unsubscribe: <mailto:x@example.org>",
        "X-Loop: x",
        "Feedback-ID: 1:2:3",
        "Return-Path: <>",
    ],
)
def test_no_machine_answers_what_asks_for_silence_though_a_person_wrote(header):
    assert judged(header) == (False, True)


@pytest.mark.parametrize(
    "sender", ["noreply@x.org", "no-reply@x.org", "do_not_reply@x.org", "postmaster@x.org", "bounces+1=a@x.org"]
)
def test_no_machine_answers_an_address_that_takes_no_mail(sender):
    (item,) = parse_email(f"From: {sender}\n\nHello".encode())
    assert item.no_auto_answer
