"""What becomes of a question whose message the provider refuses, or that comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel
from surveys.models import Invitation, Survey
from surveys.services.planning import plan_tickets
from surveys.services.sending import send_due_surveys
from surveys.services.undelivered import mend_undelivered
from surveys.services.voting import Vote, record_vote
from tests.factories import make_channel, make_ticket
from tickets.models import Customer, CustomerIdentity, Message, TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

Ask = Callable[[], Invitation]


@pytest.fixture
def ask(clock: Any, survey: Survey, agent: Any) -> Ask:
    """Ask Carla, who wrote in a chat, how it was; each time about another ticket."""
    Survey.objects.update(delay=timedelta(0), remind_after=timedelta(days=2))
    channel = make_channel(kind="telegram")

    def make() -> Invitation:
        ticket = make_ticket(channel, sender=Address(address="4711", name="Carla"))
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It is on its way.")
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.system())
        plan_tickets([ticket.pk])
        send_due_surveys()
        return Invitation.objects.latest("id")

    return make


def refuse() -> None:
    Message.objects.filter(purpose="survey").update(delivery_state="failed")


def give_mail_address(address: str = "carla@customer.example") -> None:
    CustomerIdentity.objects.create(customer=Customer.objects.get(), kind="email", address=address)


def told(invitation: Invitation) -> list[tuple[str, str]]:
    events = TicketEvent.objects.filter(data__invitation=invitation.pk).exclude(kind="survey.planned")
    return [(event.kind, event.data.get("reason", "")) for event in events.order_by("ticket", "sequence")]


def test_question_that_was_refused_is_put_once_by_the_next_way_and_then_taken_back(
    clock: Any, ask: Ask, email_channel: Channel
) -> None:
    invitation = ask()
    give_mail_address()
    refuse()
    clock.shift(timedelta(hours=1))
    assert [mend_undelivered(), mend_undelivered()] == [1, 0]
    invitation.refresh_from_db()
    mail = Message.objects.filter(purpose="survey").latest("id")
    assert (invitation.state, invitation.sent_via, invitation.message, mail.channel) == (
        "sent",
        "mail",
        mail,
        email_channel,
    )
    refuse()
    assert [mend_undelivered(), mend_undelivered()] == [1, 0]
    invitation.refresh_from_db()
    assert (invitation.state, invitation.reason, invitation.sent_at) == ("suppressed", "not_delivered", None)
    assert Message.objects.filter(purpose="survey").count() == 2
    assert told(invitation) == [("survey.sent", ""), ("survey.sent", ""), ("survey.suppressed", "not_delivered")]


def test_question_without_another_way_starts_no_quiet_period_and_no_reminder(ask: Ask) -> None:
    first = ask()
    refuse()
    mend_undelivered()
    first.refresh_from_db()
    assert (first.state, first.remind_at, first.awaits_until) == ("suppressed", None, None)
    assert told(first) == [("survey.sent", ""), ("survey.suppressed", "not_delivered")]
    resolved = first.ticket
    assert resolved is not None
    resolved.status = "closed"
    resolved.save(update_fields=["status"])
    second = ask()
    assert (second.pk != first.pk, second.state) == (True, "sent")


@pytest.mark.parametrize("change", ["blocked", "too_late", "broken"])
def test_second_way_is_not_taken_against_a_reason(
    clock: Any, ask: Ask, email_channel: Channel, settings: Any, change: str
) -> None:
    invitation = ask()
    give_mail_address()
    refuse()
    if change == "blocked":
        Customer.objects.update(is_blocked=True)
    elif change == "too_late":
        clock.shift(timedelta(days=4))
    else:
        Channel.objects.filter(pk=email_channel.pk).update(kind="broken")
        settings.HELPDESK_CHANNEL_ADAPTERS = settings.HELPDESK_CHANNEL_ADAPTERS | {"broken": "nowhere.BrokenAdapter"}
    assert mend_undelivered() == 1
    invitation.refresh_from_db()
    assert (invitation.state, invitation.reason) == ("suppressed", "not_delivered")


@pytest.mark.parametrize("has_other", [True, False])
def test_mail_that_came_back_goes_to_another_address_and_never_to_the_same(
    clock: Any, asked: Callable[..., Invitation], has_other: bool
) -> None:
    invitation = asked()
    if has_other:
        give_mail_address("other@customer.example")
    refuse()
    assert mend_undelivered() == 1
    addresses = [
        message.recipients.get().address for message in Message.objects.filter(purpose="survey").order_by("id")
    ]
    assert addresses[1:] == (["other@customer.example"] if has_other else [])
    invitation.refresh_from_db()
    assert invitation.state == ("sent" if has_other else "suppressed")


def test_answered_question_is_left_alone(ask: Ask) -> None:
    invitation = ask()
    record_vote(invitation_id=invitation.pk, vote=Vote(score=9))
    refuse()
    assert mend_undelivered() == 0
    invitation.refresh_from_db()
    assert invitation.state == "answered"
