from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel, MessageTemplate
from surveys.models import Invitation, Survey
from surveys.policies.texts import texts_for
from surveys.services.links import put_in_survey_link
from surveys.services.reminding import send_due_reminders
from surveys.services.tokens import survey_url
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel
from tickets.models import Conversation, Customer, Message, Ticket, TicketEvent
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


@pytest.fixture
def after_window(clock: Any, waiting: Invitation) -> Channel:
    """The channel where the question stands; its provider takes no ordinary message any more when the reminder is due."""
    Channel.objects.update(kind="whatsapp")
    clock.shift(AFTER)
    return Channel.objects.get()


def test_after_the_providers_window_the_approved_message_reminds(waiting: Invitation, after_window: Channel) -> None:
    MessageTemplate.objects.create(channel=after_window, name="survey", variables=["1"], body="How were we? {{1}}")
    send_due_reminders()
    reminder = Message.objects.filter(purpose="survey").latest("id")
    waiting.refresh_from_db()
    assert (reminder.conversation, reminder.details["template"]["name"]) == (waiting.conversation, "survey")
    assert (waiting.reminded_at is not None, waiting.awaits_until is not None, waiting.reason) == (True, True, "")


def test_after_the_providers_window_a_mail_reminds_with_the_same_links(
    waiting: Invitation, after_window: Channel
) -> None:
    mailbox = make_channel(kind="email")
    send_due_reminders()
    reminder = Message.objects.filter(purpose="survey").latest("id")
    assert (reminder.channel, reminder.ticket) == (mailbox, waiting.ticket)
    assert reminder.conversation is not None
    assert reminder.conversation.active_ticket == waiting.ticket
    assert survey_url(waiting, score=9) in put_in_survey_link(reminder, compose_outbound(reminder)).text
    assert set(TicketEvent.objects.get(kind="survey.reminded").data) == {"invitation", "message"}


def test_reminder_without_any_way_says_so_on_the_invitation(waiting: Invitation, after_window: Channel) -> None:
    assert [send_due_reminders(), send_due_reminders()] == [1, 0]
    waiting.refresh_from_db()
    assert (questions(), waiting.state, waiting.reason, waiting.reminded_at) == (1, "sent", "not_reminded", None)
    assert waiting.remind_at is None


def test_broken_channel_keeps_nobody_else_from_being_reminded(clock: Any, asked: Ask, settings: Any) -> None:
    Survey.objects.update(remind_after=AFTER)
    broken, good = (asked(sender=Address(address=f"{name}@customer.example")) for name in ("broken", "good"))
    channel = make_channel(kind="email")
    Conversation.objects.filter(pk=broken.conversation_id).update(channel=channel)
    Channel.objects.filter(pk=channel.pk).update(kind="broken")
    settings.HELPDESK_CHANNEL_ADAPTERS = settings.HELPDESK_CHANNEL_ADAPTERS | {"broken": "nowhere.BrokenAdapter"}
    clock.shift(AFTER)
    assert send_due_reminders() == 2
    reasons = dict(Invitation.objects.values_list("pk", "reason"))
    assert reasons == {broken.pk: "not_reminded", good.pk: ""}
    good.refresh_from_db()
    assert good.reminded_at is not None


def test_survey_without_reminder_reminds_nobody(clock: Any, asked: Ask) -> None:
    asked()
    clock.shift(timedelta(days=10))
    assert send_due_reminders() == 0
