from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from surveys.models import Invitation, Survey
from surveys.policies.mail import placeholder
from surveys.policies.scales import SCALES
from surveys.services.planning import plan_tickets
from surveys.services.sending import expire_invitations, send_due_surveys
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam, resolve_ticket
from tickets.services.replies import reply_to_ticket

SYSTEM = Actor.system()
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the clock stands still
Make = Callable[..., Ticket]


@pytest.fixture
def due(clock: Any, answered_ticket: Make) -> Callable[..., Ticket]:
    """A resolved ticket whose question is due now."""

    def make(**fields: Any) -> Ticket:
        ticket = answered_ticket(**fields)
        resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
        plan_tickets([ticket.pk])
        clock.shift(timedelta(minutes=10))
        return ticket

    return make


def test_due_question_is_queued_as_mail_of_the_system(due: Make) -> None:
    ticket = due()
    send_due_surveys()
    message = Message.objects.get(ticket=ticket, purpose="survey")
    assert (message.author, message.delivery_state, placeholder(SCALES["1-10"]) in message.text) == (
        "system",
        "queued",
        True,
    )


def test_question_is_asked_once_however_often_the_job_runs(due: Make) -> None:
    due()
    assert [send_due_surveys(), send_due_surveys()] == [1, 0]
    assert Message.objects.filter(purpose="survey").count() == 1


def test_asked_invitation_knows_its_mail_its_time_and_its_end(due: Make) -> None:
    due()
    send_due_surveys()
    invitation = Invitation.objects.get()
    sent_at = START + timedelta(minutes=10)
    assert (invitation.state, invitation.sent_at, invitation.expires_at) == (
        "sent",
        sent_at,
        sent_at + timedelta(days=14),
    )
    assert invitation.message is not None


def test_asking_stands_on_the_timeline_without_a_secret(due: Make) -> None:
    ticket = due()
    send_due_surveys()
    event = TicketEvent.objects.get(ticket=ticket, kind="survey.sent")
    assert set(event.data) == {"invitation", "message"}


def test_mail_speaks_the_language_of_the_customer(due: Make) -> None:
    ticket = due()
    Customer.objects.filter(pk=ticket.customer_id).update(language="de-AT")
    send_due_surveys()
    assert "Wie zufrieden" in Message.objects.get(purpose="survey").text


def test_nothing_is_asked_before_it_is_due(clock: Any, answered_ticket: Make) -> None:
    plan_tickets([answered_ticket().pk])
    assert send_due_surveys() == 0


def test_second_contact_within_the_quiet_period_is_not_asked_about(due: Make) -> None:
    due()
    due(subject="Another matter")
    send_due_surveys()
    rows = Invitation.objects.order_by("due_at").values_list("state", "reason")
    assert list(rows) == [("sent", ""), ("suppressed", "quiet_period")]


def test_customer_is_asked_again_after_the_quiet_period(clock: Any, due: Make) -> None:
    due()
    send_due_surveys()
    clock.shift(timedelta(hours=24))
    due(subject="Another matter")
    send_due_surveys()
    assert set(Invitation.objects.values_list("state", flat=True)) == {"sent"}


def test_customer_who_wrote_on_since_the_plan_is_asked_later(
    clock: Any, survey: Survey, api_channel: Channel, agent: Any
) -> None:
    ticket = make_ticket(api_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Yes.")
    resolve_ticket(ticket_id=ticket.pk, actor=SYSTEM)
    plan_tickets([ticket.pk])
    clock.shift(timedelta(minutes=10))
    receive_message(api_channel)
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.due_at) == ("scheduled", START + timedelta(minutes=20, hours=12))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: Customer.objects.update(is_blocked=True), "blocked"),
        (lambda: Customer.objects.update(do_not_survey_until=START + timedelta(days=1)), "not_wanted"),
        (lambda: Customer.objects.update(anonymized_at=START), "erased"),
        (lambda: Survey.objects.update(is_active=False), "survey_off"),
        (lambda: Channel.objects.update(is_active=False), "no_way"),
        (lambda: CustomerIdentity.objects.update(address="nobody@sender.invalid"), "no_way"),
        (lambda: Conversation.objects.update(visibility="public"), "public"),
        (lambda: mark_spam(ticket_id=Ticket.objects.get().pk, actor=SYSTEM), "spam"),
        (lambda: Ticket.objects.update(is_demo=True), "demo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_is_asked_against_a_reason(due: Make, change: Callable[[], Any], reason: str) -> None:
    ticket = due()
    change()
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.reason) == ("suppressed", reason)
    assert TicketEvent.objects.get(ticket=ticket, kind="survey.suppressed").data["reason"] == reason
    assert not Message.objects.filter(purpose="survey").exists()


def test_question_nobody_answered_expires(clock: Any, due: Make) -> None:
    due()
    send_due_surveys()
    clock.shift(timedelta(days=14))
    assert expire_invitations() == 1
    assert Invitation.objects.get().state == "expired"


def test_asking_leaves_the_figures_of_the_ticket_alone(due: Make) -> None:
    ticket = due()
    before = Ticket.objects.values(
        "first_response_at", "last_message_at", "waiting_since", "status", "agent_reply_count"
    ).get()
    send_due_surveys()
    assert Ticket.objects.filter(pk=ticket.pk, **before).exists()


def test_channel_out_of_order_keeps_nobody_else_from_being_asked(clock: Any, due: Make, email_channel: Channel) -> None:
    broken = make_channel(kind="email")
    Channel.objects.filter(pk=broken.pk).update(encrypted_secrets="written under a key that is gone")
    first = due(sender=Address(address="first@customer.example"))
    Conversation.objects.filter(active_ticket=first).update(channel=broken)
    second = due(sender=Address(address="second@customer.example"))
    send_due_surveys()
    states = dict(Invitation.objects.values_list("ticket", "state"))
    assert states == {first.pk: "scheduled", second.pk: "sent"}
    for _ in range(80):
        clock.shift(timedelta(hours=1))
        send_due_surveys()
    assert Invitation.objects.get(ticket=first).reason == "too_late"


def test_channel_whose_kind_is_gone_or_broken_keeps_nobody_else_from_being_asked(
    due: Make, email_channel: Channel, settings: Any
) -> None:
    tickets = {name: due(sender=Address(address=f"{name}@customer.example")) for name in ("gone", "broken", "good")}
    for kind in ("gone", "broken"):
        channel = make_channel(kind="email")
        Conversation.objects.filter(active_ticket=tickets[kind]).update(channel=channel)
        Channel.objects.filter(pk=channel.pk).update(kind=kind)
    settings.HELPDESK_CHANNEL_ADAPTERS = settings.HELPDESK_CHANNEL_ADAPTERS | {"broken": "nowhere.BrokenAdapter"}
    assert send_due_surveys() == 3
    decided = {
        name: Invitation.objects.values_list("state", "reason").get(ticket=ticket) for name, ticket in tickets.items()
    }
    assert decided == {"gone": ("suppressed", "no_way"), "broken": ("scheduled", ""), "good": ("sent", "")}
    assert Invitation.objects.get(ticket=tickets["broken"]).due_at == now() + timedelta(hours=1)
