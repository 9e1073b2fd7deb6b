"""By which way each kind of channel asks, and where the question goes when that is closed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel, MessageTemplate
from surveys.models import Invitation, Survey
from surveys.policies.chat_payloads import make_payload
from surveys.policies.chat_question import LINK_PLACE
from surveys.services.links import put_in_survey_link
from surveys.services.planning import plan_tickets
from surveys.services.sending import send_due_surveys
from surveys.services.tokens import survey_url
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.composing import compose_outbound
from tickets.services.events import write_event
from tickets.services.lifecycle import resolve_ticket
from tickets.services.locking import lock_ticket
from tickets.services.replies import reply_to_ticket

SYSTEM = Actor.system()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still
DELAY = timedelta(minutes=10)
NUMBER = "+14155550123"
SENDERS = {"sms": NUMBER, "whatsapp": "14155550123", "voice": NUMBER, "email": "carla@customer.example"}
End = Callable[..., Ticket]


@pytest.fixture
def end(clock: Any, survey: Survey, agent: Any) -> End:
    """Make an answered and resolved ticket on a channel."""

    def make(channel: Channel) -> Ticket:
        sender = Address(address=SENDERS.get(channel.kind, f"id-{channel.pk}"), name="Carla")
        ticket = make_ticket(channel, sender=sender)
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It is on its way.")
        resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
        plan_tickets([ticket.pk])
        return ticket

    return make


@pytest.fixture
def call_ended(clock: Any, survey: Survey) -> Callable[[], Ticket]:
    """Make a call that somebody took; the caller has hung up and was not asked."""

    def make() -> Ticket:
        channel = make_channel(kind="voice")
        ticket = make_ticket(channel, sender=Address(address=NUMBER, name="Carla"))
        message = Message.objects.get(ticket=ticket).pk
        locked = lock_ticket(ticket.pk)
        write_event(
            ticket=locked, kind="call.answered", actor=Actor(kind="agent"), data={"message": message, "contact": 1}
        )
        ended = {"message": message, "talk_seconds": 60, "hold_seconds": 0, "is_missed": False}
        write_event(ticket=locked, kind="call.ended", actor=SYSTEM, data=ended)
        plan_tickets([ticket.pk])
        return ticket

    return make


def give_mail_address(ticket: Ticket, **fields: Any) -> CustomerIdentity:
    values = {"customer": ticket.customer, "kind": "email", "address": "carla@customer.example"} | fields
    return CustomerIdentity.objects.create(**values)


def ask(clock: Any, after: timedelta = DELAY) -> Invitation:
    clock.shift(after)
    send_due_surveys()
    return Invitation.objects.get()


@pytest.mark.parametrize("kind", ["whatsapp", "telegram", "line", "viber", "messenger", "instagram", "webchat"])
def test_chat_with_buttons_shows_one_for_each_score(clock: Any, end: End, kind: str) -> None:
    end(make_channel(kind=kind))
    invitation = ask(clock)
    outbound = compose_outbound(invitation.message)
    assert [choice.title for choice in outbound.choices] == [str(score) for score in range(1, 11)]
    assert outbound.choices[8].payload == make_payload(invitation.uuid, 9)
    assert invitation.sent_via == ("widget" if kind == "webchat" else "chat")
    assert invitation.conversation_id == invitation.message.conversation_id
    assert invitation.awaits_until == START + DELAY + timedelta(hours=24)


@pytest.mark.parametrize("kind", ["sms", "x", "wechat", "api"])
def test_chat_without_buttons_is_answered_by_a_number(clock: Any, end: End, kind: str) -> None:
    end(make_channel(kind=kind))
    invitation = ask(clock)
    text = invitation.message.text
    assert "choices" not in invitation.message.details
    assert text.endswith("Please answer with a number from 1 to 10.")
    assert text.startswith("Acme: ") is (kind == "sms")
    assert (invitation.sent_via, invitation.awaits_until is None) == ("chat", False)


def test_mail_waits_for_no_chat_answer(clock: Any, end: End, email_channel: Channel) -> None:
    end(email_channel)
    invitation = ask(clock)
    assert (invitation.sent_via, invitation.awaits_until) == ("mail", None)
    assert invitation.conversation_id == invitation.message.conversation_id


def test_newer_question_in_the_same_chat_ends_the_waiting_for_the_older(clock: Any, end: End, agent: Any) -> None:
    Survey.objects.update(quiet_period=timedelta(0))
    channel = make_channel(kind="telegram")
    end(channel)
    ask(clock)
    Ticket.objects.update(status="closed")
    Conversation.objects.update(active_ticket=None)
    end(channel)
    clock.shift(DELAY)
    send_due_surveys()
    older, newer = Invitation.objects.order_by("id")
    assert (older.conversation, older.state) == (newer.conversation, "sent")
    assert older.awaits_until is None
    assert newer.awaits_until is not None


@pytest.fixture
def closed_window(clock: Any, end: End) -> Callable[..., Ticket]:
    """Make a resolved WhatsApp ticket whose customer wrote too long ago to be written to."""

    def make() -> Ticket:
        Survey.objects.update(delay=timedelta(hours=25))
        return end(make_channel(kind="whatsapp", slug="wa"))

    return make


def make_template(**fields: Any) -> MessageTemplate:
    values = {
        "channel": Channel.objects.get(slug="wa"), "name": "survey", "language": "en_US", "variables": ["1"],
        "body": "How were we? {{1}}",
    }  # fmt: skip
    return MessageTemplate.objects.create(**(values | fields))


def test_after_the_window_the_approved_message_asks_with_a_personal_link(
    clock: Any, closed_window: Callable[..., Ticket]
) -> None:
    closed_window()
    make_template()
    make_template(language="de", body="Wie war es? {{1}}")
    invitation = ask(clock, timedelta(hours=26))
    message = invitation.message
    assert (invitation.sent_via, message.text) == ("template", f"How were we? {LINK_PLACE}")
    sent = put_in_survey_link(message, compose_outbound(message))
    assert sent.template is not None
    assert list(sent.template.variables) == [survey_url(invitation)]
    assert sent.text.endswith(survey_url(invitation))
    assert invitation.awaits_until is not None


@pytest.mark.parametrize("fields", [{"provider_status": "rejected"}, {"name": "other"}, {"variables": ["order"]}])
def test_after_the_window_without_a_fitting_message_a_mail_asks(
    clock: Any, closed_window: Callable[..., Ticket], email_channel: Channel, fields: dict[str, Any]
) -> None:
    ticket = closed_window()
    make_template(**fields)
    give_mail_address(ticket)
    invitation = ask(clock, timedelta(hours=26))
    conversation = invitation.conversation
    assert conversation is not None
    assert (invitation.sent_via, conversation.channel) == ("mail", email_channel)
    assert conversation.active_ticket == invitation.ticket
    assert invitation.message.recipients.get().address == "carla@customer.example"


@pytest.mark.parametrize("address", [None, {"is_claimed": True}, {"unreachable_since": START}])
def test_after_the_window_without_any_other_way_nobody_is_asked(
    clock: Any, closed_window: Callable[..., Ticket], email_channel: Channel, address: dict[str, Any] | None
) -> None:
    ticket = closed_window()
    if address is not None:
        give_mail_address(ticket, **address)
    invitation = ask(clock, timedelta(hours=26))
    assert (invitation.state, invitation.reason) == ("suppressed", "window")
    assert not Message.objects.filter(purpose="survey").exists()


def test_window_kept_for_people_is_not_used(clock: Any, end: End) -> None:
    Survey.objects.update(delay=timedelta(hours=30))
    end(make_channel(kind="messenger"))
    assert ask(clock, timedelta(hours=31)).reason == "window"


def test_caller_who_was_not_asked_in_the_call_gets_a_text_message(
    clock: Any, call_ended: Callable[[], Ticket], email_channel: Channel
) -> None:
    texting = make_channel(kind="sms")
    ticket = call_ended()
    give_mail_address(ticket)
    invitation = ask(clock)
    assert invitation.conversation is not None
    assert (invitation.sent_via, invitation.conversation.channel) == ("chat", texting)
    assert invitation.message.recipients.get().address == NUMBER
    assert invitation.awaits_until is not None


def test_caller_who_is_not_asked_after_all_has_no_new_chat(clock: Any, call_ended: Callable[[], Ticket]) -> None:
    make_channel(kind="sms")
    call_ended()
    Customer.objects.update(is_blocked=True)
    assert ask(clock).reason == "blocked"
    assert Conversation.objects.filter(channel__kind="sms").count() == 0


def test_caller_gets_a_mail_where_there_are_no_text_messages(
    clock: Any, call_ended: Callable[[], Ticket], email_channel: Channel
) -> None:
    give_mail_address(call_ended())
    assert ask(clock).sent_via == "mail"


def test_caller_with_no_other_address_is_not_asked(clock: Any, call_ended: Callable[[], Ticket]) -> None:
    call_ended()
    assert ask(clock).reason == "no_way"


def test_customer_who_stopped_messages_is_not_asked(clock: Any, end: End) -> None:
    end(make_channel(kind="telegram"))
    CustomerIdentity.objects.update(unreachable_since=START)
    assert ask(clock).reason == "no_way"


def test_batch_of_questions_costs_few_queries_each(
    clock: Any, survey: Survey, agent: Any, django_assert_max_num_queries: Any
) -> None:
    channel = make_channel(kind="telegram")
    tickets = []
    for number in range(12):
        ticket = make_ticket(channel, sender=Address(address=f"id-{number}", name="C"))
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.")
        resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
        tickets.append(ticket.pk)
    with django_assert_max_num_queries(6):
        plan_tickets(tickets)
    clock.shift(DELAY)
    # As many for one as for fifty: a batch, and a look that finds nothing more of either sort.
    with django_assert_max_num_queries(27):
        assert send_due_surveys() == 12


def test_new_message_of_the_customer_keeps_his_question_waiting(clock: Any, end: End) -> None:
    channel = make_channel(kind="telegram")
    end(channel)
    receive_message(channel, sender=Address(address=f"id-{channel.pk}", name="Carla"))
    assert ask(clock).state == "scheduled"
