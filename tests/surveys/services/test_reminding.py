from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_app.models import Channel
from surveys.models import Invitation, Survey
from surveys.policies.texts import texts_for
from surveys.services.links import put_in_survey_link
from surveys.services.reminding import send_due_reminders
from surveys.services.tokens import survey_url
from surveys.services.voting import Vote, record_vote
from tickets.models import Customer, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.composing import compose_outbound
from tickets.services.lifecycle import mark_spam

Ask = Callable[..., Invitation]
AFTER = timedelta(days=3)


@pytest.fixture
def waiting(clock: Any, asked: Ask, survey: Survey) -> Invitation:
    """A question by mail that may be put once more after three days."""
    Survey.objects.update(remind_after=AFTER)
    return asked()


def questions() -> int:
    return Message.objects.filter(purpose="survey").count()


def test_who_has_not_answered_is_asked_once_more_and_not_again(clock: Any, waiting: Invitation) -> None:
    assert send_due_reminders() == 0
    clock.shift(AFTER)
    assert [send_due_reminders(), send_due_reminders()] == [1, 0]
    clock.shift(AFTER)
    assert send_due_reminders() == 0
    assert questions() == 2
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reminded_at, waiting.remind_at) == ("sent", waiting.sent_at + AFTER, None)
    event = TicketEvent.objects.get(kind="survey.reminded")
    assert set(event.data) == {"invitation", "message"}


def test_reminder_has_the_same_links_and_says_that_it_is_one(clock: Any, waiting: Invitation) -> None:
    clock.shift(AFTER)
    send_due_reminders()
    message = Message.objects.filter(purpose="survey").latest("id")
    sent = put_in_survey_link(message, compose_outbound(message))
    assert survey_url(waiting, score=9) in sent.text
    assert survey_url(waiting, score=9) in sent.html
    assert texts_for("en").reminder in sent.text
    assert texts_for("en").reminder in sent.html


def test_who_has_answered_is_left_alone(clock: Any, waiting: Invitation) -> None:
    record_vote(invitation_id=waiting.pk, vote=Vote(score=9))
    clock.shift(AFTER)
    send_due_reminders()
    assert questions() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: Customer.objects.update(is_blocked=True),
        lambda: Customer.objects.update(do_not_survey_until="2030-01-01T00:00:00Z"),
        lambda: Survey.objects.update(is_active=False),
        lambda: Channel.objects.update(is_active=False),
        lambda: mark_spam(ticket_id=Ticket.objects.get().pk, actor=Actor.system()),
    ],
)
def test_nobody_is_reminded_against_a_reason(clock: Any, waiting: Invitation, change: Callable[[], Any]) -> None:
    change()
    clock.shift(AFTER)
    send_due_reminders()
    waiting.refresh_from_db()
    assert (questions(), waiting.remind_at, waiting.reminded_at) == (1, None, None)


def test_expired_question_is_not_put_again(clock: Any, waiting: Invitation) -> None:
    clock.shift(timedelta(days=20))
    send_due_reminders()
    assert questions() == 1


def test_reminder_in_a_chat_waits_for_an_answer_and_keeps_to_the_window(
    clock: Any, asked: Ask, waiting: Invitation
) -> None:
    Channel.objects.update(kind="telegram")
    clock.shift(AFTER)
    send_due_reminders()
    waiting.refresh_from_db()
    assert waiting.awaits_until == waiting.reminded_at + timedelta(hours=24)
    assert len(Message.objects.filter(purpose="survey").latest("id").details["choices"]) == 10


def test_nobody_is_reminded_after_the_providers_window(clock: Any, waiting: Invitation) -> None:
    Channel.objects.update(kind="whatsapp")
    clock.shift(AFTER)
    send_due_reminders()
    assert questions() == 1


def test_survey_without_reminder_reminds_nobody(clock: Any, asked: Ask) -> None:
    asked()
    clock.shift(timedelta(days=10))
    assert send_due_reminders() == 0
