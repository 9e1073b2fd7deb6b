"""Trying a channel without an account: made-up customers, the real code path, nothing leaves."""

import pytest

from channels_app.adapters.base import Can
from channels_app.models import InboundEvent
from channels_app.registry import adapter_class, kinds
from channels_app.services.trying import act_as_customer, create_trial_channel, possible_acts
from helpdesk.common.errors import Unprocessable
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(params=kinds())
def trial(request):
    return create_trial_channel(kind=request.param)


def test_made_up_customer_opens_a_demo_ticket_on_every_kind(trial):
    act = possible_acts(trial)[0]
    act_as_customer(channel_id=trial.pk, act=act, person=1, name="Carla Cruz", text="Where is my order?")
    process_waiting_events()
    event = InboundEvent.objects.get(channel=trial)
    assert (event.state, event.reason, event.source) == ("processed", "", "trial")
    ticket = Ticket.objects.get(channel=trial)
    assert ticket.is_demo
    assert not Ticket.objects.counted().exists()


def test_every_act_of_every_kind_is_filed(trial):
    for number, act in enumerate(possible_acts(trial)):
        act_as_customer(channel_id=trial.pk, act=act, person=number, name=f"Person {number}", text="Hello, it is me")
    process_waiting_events()
    assert not InboundEvent.objects.filter(state__in=("quarantined", "received")).exists()


def test_answer_to_a_made_up_customer_goes_nowhere_and_is_reported_like_a_real_one(trial, agent):
    act_as_customer(channel_id=trial.pk, act=possible_acts(trial)[0], person=1, name="Carla Cruz", text="Hello")
    process_waiting_events()
    ticket = Ticket.objects.get(channel=trial)
    conversation = ticket.messages.filter(direction="in").order_by("id")[0].conversation
    answer = {"text": "Good day", "is_public": conversation.visibility == "public"}
    if Can.SEND not in adapter_class(trial.kind).can:
        with pytest.raises(Unprocessable):
            reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), **answer)
        return
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), **answer)
    send_due_messages()
    process_waiting_events()
    assert Message.objects.get(pk=message.pk).delivery_state in ("sent", "delivered", "read")


def test_real_channel_has_no_made_up_customers(api_channel):
    with pytest.raises(Unprocessable) as refusal:
        act_as_customer(channel_id=api_channel.pk, act="text", person=1, name="Carla", text="Hi")
    assert refusal.value.code == "not_a_trial"


def test_act_that_the_kind_does_not_have_is_refused():
    trial = create_trial_channel(kind="email")
    with pytest.raises(Unprocessable) as refusal:
        act_as_customer(channel_id=trial.pk, act="call", person=1, name="Carla", text="Hi")
    assert refusal.value.code == "unknown_act"


def test_trial_channel_that_takes_templates_has_some_to_try():
    trial = create_trial_channel(kind="whatsapp")
    assert trial.templates.filter(provider_status="approved").count() == 2
