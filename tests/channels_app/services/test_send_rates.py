"""Senders keep to the rate that a provider publishes, all of them together."""

from datetime import timedelta

import pytest
import time_machine

from channels_app.adapters.base import Address, Can, ChannelAdapter, Receipt, SendRate
from channels_app.services.send_rates import wait_for_turn
from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from tests.factories import make_channel, make_ticket
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
RATE = SendRate(messages=3, seconds=900)


class RatedAdapter(ChannelAdapter):
    """A provider that takes three messages in a quarter of an hour."""

    kind = "rated"
    label = "Rated"
    identity_kind = "rated"
    can = Can.SEND
    send_rate = RATE

    def send(self, message):
        return Receipt(external_id=message.uuid)


@pytest.fixture
def channel(settings):
    settings.HELPDESK_CHANNEL_ADAPTERS = {**settings.HELPDESK_CHANNEL_ADAPTERS, "rated": f"{__name__}.RatedAdapter"}
    import sys

    from channels_app import registry

    registry._load.cache_clear()
    sys.modules[__name__].RatedAdapter = RatedAdapter
    return make_channel(kind="rated")


def test_kind_without_a_rate_never_waits(api_channel, django_assert_num_queries):
    with django_assert_num_queries(0):
        wait_for_turn(channel_id=api_channel.pk, rate=None)


def test_message_over_the_rate_is_refused_with_the_time_to_come_back(api_channel):
    for _number in range(3):
        wait_for_turn(channel_id=api_channel.pk, rate=RATE)
    with pytest.raises(TooManyRequests) as refusal:
        wait_for_turn(channel_id=api_channel.pk, rate=RATE)
    assert 0 < refusal.value.retry_after_seconds <= 900
    api_channel.refresh_from_db()
    assert api_channel.sending_paused_until > now()


def test_what_is_over_the_rate_waits_without_having_been_tried_and_leaves_later(channel, agent):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=True) as clock:
        ids = [
            reply_to_ticket(
                ticket_id=make_ticket(channel, sender=Address(address=f"c{n}")).pk,
                actor=Actor.agent(agent),
                text="Hello",
            ).pk
            for n in range(5)
        ]
        send_due_messages()
        rows = Message.objects.filter(pk__in=ids)
        assert rows.filter(delivery_state="sent").count() == 3
        assert set(rows.exclude(delivery_state="sent").values_list("delivery_state", "attempts")) == {("queued", 0)}
        clock.shift(timedelta(seconds=901))
        channel.sending_paused_until = None
        channel.save(update_fields=["sending_paused_until"])
        rows.filter(delivery_state="queued").update(next_try_at=None)
        send_due_messages()
        assert rows.filter(delivery_state="sent").count() == 5
