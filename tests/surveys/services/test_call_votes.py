"""The key that is pressed at the end of a call, whatever happened while the caller listened."""

import pytest

from channels_app.adapters.base import Address
from helpdesk.common.clock import now
from surveys.models import Invitation, Response, Survey
from surveys.services.call_votes import CallSurvey
from tests.factories import make_channel, make_ticket
from tickets.models import Call, Customer, Message


@pytest.fixture
def call(survey: Survey) -> Call:
    """A call that is about to end."""
    ticket = make_ticket(make_channel(kind="voice"), sender=Address(address="+14155550123", name="Carla"))
    message = Message.objects.get(ticket=ticket)
    return Call.objects.create(channel=message.channel, message=message, external_id="CA1", started_at=now())


def press(call: Call, digits: str) -> str | None:
    return CallSurvey().take(call, digits=digits, speech="", language="en")


@pytest.mark.parametrize("via", ["chat", "mail"])
def test_key_counts_when_the_written_question_went_out_while_the_caller_listened(call: Call, via: str) -> None:
    assert CallSurvey().offer(call, language="en") is not None
    Invitation.objects.create(
        survey=Survey.objects.get(), customer=call.message.ticket.customer, ticket=call.message.ticket,
        occasion="contact:1", state="sent", sent_via=via, due_at=now(), sent_at=now(),
    )  # fmt: skip
    assert press(call, "9") is not None
    assert (Response.objects.get().score, Response.objects.get().answered_via) == (9, "call")


def test_key_that_comes_twice_is_one_vote(call: Call) -> None:
    assert [press(call, "9"), press(call, "9")] == ["Thank you! Your answer has reached us."] * 2
    assert (Response.objects.get().score, Response.objects.get().history) == (9, [])


def test_key_of_who_is_not_to_be_asked_is_no_vote(call: Call) -> None:
    Customer.objects.update(is_blocked=True)
    assert press(call, "9") is not None
    assert not Response.objects.exists()
