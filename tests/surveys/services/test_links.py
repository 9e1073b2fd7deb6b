import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from channels_app.adapters.base import Address, OutboundMessage
from surveys.models import Invitation, Survey, SurveyWording
from surveys.policies.mail import placeholder
from surveys.policies.scales import SCALES
from surveys.services.links import put_in_survey_link
from surveys.services.tokens import make_token
from tickets.models import Customer, Message, Ticket

PLACEHOLDER = placeholder(SCALES["1-10"])
Ask = Callable[..., Invitation]


def outbound(message: Message) -> OutboundMessage:
    return OutboundMessage(uuid=message.uuid.hex, recipient=Address(address="c@customer.example"), text=message.text)


def test_leaving_mail_carries_a_link_for_every_score(asked: Ask) -> None:
    invitation = asked()
    sent = put_in_survey_link(invitation.message, outbound(invitation.message))
    token = make_token(invitation)
    assert all(f"/survey/{token}/?score={score}" in body for score in range(1, 11) for body in (sent.text, sent.html))
    assert PLACEHOLDER not in sent.text


def test_no_token_is_stored(asked: Ask) -> None:
    invitation = asked()
    put_in_survey_link(invitation.message, outbound(invitation.message))
    signature = make_token(invitation)[32:]
    stored = Message.objects.values_list("text", "html", "reply_text", "headers")
    assert not any(signature in str(row) for row in stored)


def test_every_attempt_sends_the_same_link(asked: Ask) -> None:
    message = asked().message
    assert put_in_survey_link(message, outbound(message)) == put_in_survey_link(message, outbound(message))


def test_other_mail_leaves_as_it_is(asked: Ask) -> None:
    reply = asked().ticket.messages.filter(author="agent").get()
    plain = replace(outbound(reply), text=PLACEHOLDER)
    assert put_in_survey_link(reply, plain) is plain


def test_hostile_names_and_subjects_are_inert_in_the_mail(asked: Ask) -> None:
    invitation = asked()
    Customer.objects.update(name="<script>alert(1)</script>")
    Ticket.objects.update(subject="<img src=x onerror=alert(1)>")
    sent = put_in_survey_link(invitation.message, outbound(invitation.message))
    assert "<script" not in sent.html
    assert "<img" not in sent.html


def test_arabic_mail_reads_from_right_to_left(asked: Ask, survey: Any) -> None:
    invitation = asked()
    Invitation.objects.update(language="ar")
    assert 'dir="rtl"' in put_in_survey_link(invitation.message, outbound(invitation.message)).html


def test_mail_has_a_button_for_each_score_of_the_scale(asked: Ask) -> None:
    invitation = asked()
    for scale in SCALES.values():
        Survey.objects.update(scale=scale.key)
        sent = put_in_survey_link(invitation.message, outbound(invitation.message))
        assert [int(score) for score in re.findall(r'\?score=(\d+)"', sent.html)] == sorted(
            scale.scores, reverse=scale.key == "thumbs"
        )


def test_mail_asks_in_the_words_of_its_language(asked: Ask, survey: Survey) -> None:
    SurveyWording.objects.create(survey=survey, language="de", question="Hat alles geklappt?")
    invitation = asked()
    Invitation.objects.update(language="de")
    assert "Hat alles geklappt?" in put_in_survey_link(invitation.message, outbound(invitation.message)).html
