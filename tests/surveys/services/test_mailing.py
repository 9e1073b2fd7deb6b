"""Questions about no ticket, by mail to the customer's own address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.models import Invitation, Survey
from surveys.services.inviting import invite_customer
from surveys.services.mailing import settle_dead_mails
from surveys.services.reminding import send_due_reminders
from surveys.services.sending import send_due_surveys
from surveys.services.tokens import survey_url
from surveys.services.voting import Vote, record_vote
from tests.support.smtp_sink import SmtpSink, running_smtp_sink
from tickets.models import Customer, CustomerIdentity
from tickets.services.actors import Actor

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still


@pytest.fixture
def buyer(clock: Any, survey: Survey, email_channel: Any) -> Customer:
    customer = Customer.objects.create(name="Bea Buyer", sort_name="bea buyer", language="de")
    CustomerIdentity.objects.create(customer=customer, kind="email", address="bea@customer.example")
    return customer


@pytest.fixture
def mailbox(email_channel: Any) -> Any:
    with running_smtp_sink() as sink:
        email_channel.config = email_channel.config | sink.config()
        email_channel.save()
        yield sink


def ask(buyer: Customer, key: str = "order 1", **fields: Any) -> Invitation:
    return invite_customer(
        survey_id=Survey.objects.get().pk, customer_id=buyer.pk, occasion=f"api:{key}", actor=Actor.system(), **fields
    )


def test_buyer_gets_one_mail_with_a_link_for_every_score(buyer: Customer, mailbox: SmtpSink) -> None:
    invitation = ask(buyer)
    assert [send_due_surveys(), send_due_surveys()] == [1, 0]
    (mail,) = mailbox.messages
    body = mail.get_content()
    assert mail["To"] == "bea@customer.example"
    assert "Wie zufrieden" in body
    assert all(survey_url(invitation, score=score) in body.replace("=\n", "") for score in (1, 10))
    invitation.refresh_from_db()
    assert (invitation.state, invitation.sent_via, invitation.lease_until) == ("sent", "mail", None)


def test_vote_without_a_ticket_counts(buyer: Customer, mailbox: SmtpSink) -> None:
    invitation = ask(buyer)
    send_due_surveys()
    response = record_vote(invitation_id=invitation.pk, vote=Vote(score=9))
    assert (response.score, response.channel, response.agent) == (9, None, None)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [("550 5.1.1 no such user", "suppressed", "not_delivered"), ("451 4.3.0 later", "scheduled", "")],
)
def test_mail_that_was_refused_was_not_asked(
    buyer: Customer, mailbox: SmtpSink, answer: str, state: str, reason: str
) -> None:
    mailbox.on_recipient = lambda address: answer
    ask(buyer)
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.reason, invitation.sent_at) == (state, reason, None)


def test_mail_that_may_have_left_is_not_sent_again(clock: Any, buyer: Customer, mailbox: SmtpSink) -> None:
    mailbox.on_data = lambda: "take and close"
    ask(buyer)
    send_due_surveys()
    clock.shift(timedelta(days=1))
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.reason, len(mailbox.mails)) == ("sent", "unknown", 1)


def test_question_whose_sender_died_counts_as_asked(clock: Any, buyer: Customer, mailbox: SmtpSink) -> None:
    ask(buyer)
    Invitation.objects.update(state="sent", sent_at=START, lease_until=START + timedelta(seconds=120), attempts=1)
    assert settle_dead_mails() == 0
    clock.shift(timedelta(seconds=121))
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.reason, mailbox.mails) == ("sent", "unknown", [])


@pytest.mark.parametrize("address", ["", "nobody@sender.invalid"])
def test_buyer_without_an_address_is_not_asked(buyer: Customer, address: str) -> None:
    CustomerIdentity.objects.update(address=address)
    ask(buyer)
    send_due_surveys()
    assert Invitation.objects.get().reason == "no_address"


def test_second_order_on_the_same_day_is_not_asked_about(buyer: Customer, mailbox: SmtpSink) -> None:
    ask(buyer)
    ask(buyer, "order 2")
    send_due_surveys()
    assert sorted(Invitation.objects.values_list("state", flat=True)) == ["sent", "suppressed"]


def test_reminder_goes_by_mail_once(clock: Any, buyer: Customer, mailbox: SmtpSink) -> None:
    Survey.objects.update(remind_after=timedelta(days=3))
    ask(buyer)
    send_due_surveys()
    clock.shift(timedelta(days=3))
    send_due_reminders()
    clock.shift(timedelta(days=3))
    send_due_reminders()
    assert len(mailbox.mails) == 2
