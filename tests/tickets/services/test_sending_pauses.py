"""A channel whose provider fails stops trying, keeps what waits, and comes back."""

from datetime import timedelta

import pytest

from channels_app.adapters.base import AdapterError, Can, ChannelAdapter, Receipt
from channels_app.models import Channel
from channels_app.services.pausing import resume_channel
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


class FlakyAdapter(ChannelAdapter):
    """A provider that answers what it is told to."""

    kind = "flaky"
    label = "Flaky"
    identity_kind = "flaky"
    can = Can.SEND
    sent: list = []
    errors: list = []

    def send(self, message):
        if FlakyAdapter.errors:
            raise FlakyAdapter.errors.pop(0)
        FlakyAdapter.sent.append(message)
        return Receipt(external_id=f"p{len(FlakyAdapter.sent)}")


@pytest.fixture
def channel(settings):
    settings.HELPDESK_CHANNEL_ADAPTERS = {**settings.HELPDESK_CHANNEL_ADAPTERS, "flaky": f"{__name__}.FlakyAdapter"}
    from channels_app import registry

    registry._load.cache_clear()
    import sys

    sys.modules[__name__].FlakyAdapter = FlakyAdapter
    FlakyAdapter.sent, FlakyAdapter.errors = [], []
    return make_channel(kind="flaky")


def busy(**extra):
    return AdapterError("busy", "Come back later", permanent=False, **extra)


def queue(channel, agent, count):
    from channels_app.adapters.base import Address

    tickets = [make_ticket(channel, sender=Address(address=f"c{n}")) for n in range(count)]
    return [reply_to_ticket(ticket_id=t.pk, actor=Actor.agent(agent), text="Hello") for t in tickets]


def test_fifth_failure_in_a_row_pauses_the_channel_and_keeps_the_rest(channel, agent):
    messages = queue(channel, agent, 7)
    FlakyAdapter.errors = [busy() for _ in range(50)]
    send_due_messages()
    channel.refresh_from_db()
    assert channel.send_failures == 5
    assert channel.sending_paused_until > now() + timedelta(seconds=20)
    assert len(FlakyAdapter.errors) == 45
    assert Message.objects.filter(pk__in=[m.pk for m in messages], delivery_state="queued").count() == 7


def test_success_after_the_pause_closes_the_breaker(channel, agent):
    queue(channel, agent, 2)
    Channel.objects.filter(pk=channel.pk).update(send_failures=5, sending_paused_until=now() - timedelta(seconds=1))
    send_due_messages()
    channel.refresh_from_db()
    assert (channel.send_failures, channel.sending_paused_until) == (0, None)
    assert len(FlakyAdapter.sent) == 2


def test_provider_that_asks_for_time_gets_it_for_the_whole_channel(channel, agent):
    queue(channel, agent, 3)
    FlakyAdapter.errors = [busy(retry_after_seconds=120)]
    send_due_messages()
    channel.refresh_from_db()
    assert FlakyAdapter.sent == []
    assert channel.sending_paused_until > now() + timedelta(seconds=100)


def test_refused_credentials_fail_no_message_and_say_so_on_the_channel(channel, agent):
    (message,) = queue(channel, agent, 1)
    FlakyAdapter.errors = [
        AdapterError("token_expired", "The token has run out.", permanent=True, concerns_channel=True)
    ]
    send_due_messages()
    message.refresh_from_db()
    channel.refresh_from_db()
    assert message.delivery_state == "queued"
    assert channel.paused_reason == "The token has run out."


def test_resumed_channel_sends_what_has_waited(channel, agent):
    (message,) = queue(channel, agent, 1)
    FlakyAdapter.errors = [
        AdapterError("token_expired", "The token has run out.", permanent=True, concerns_channel=True)
    ]
    send_due_messages()
    resume_channel(channel_id=channel.pk)
    send_due_messages()
    message.refresh_from_db()
    assert message.delivery_state == "sent"


def test_message_at_fault_does_not_count_against_its_channel(channel, agent):
    queue(channel, agent, 6)
    FlakyAdapter.errors = [AdapterError("bad_number", "No such number.", permanent=True) for _ in range(6)]
    send_due_messages()
    channel.refresh_from_db()
    assert (channel.send_failures, channel.sending_paused_until) == (0, None)


def test_paused_channel_holds_up_no_other(channel, agent, api_channel):
    queue(channel, agent, 1)
    Channel.objects.filter(pk=channel.pk).update(sending_paused_until=now() + timedelta(hours=1))
    other = make_channel(kind="flaky")
    (message,) = queue(other, agent, 1)
    send_due_messages()
    message.refresh_from_db()
    assert message.delivery_state == "sent"
