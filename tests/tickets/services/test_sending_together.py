"""Many senders at the same moment: a slow channel gets its share of them and no more."""

import threading

import pytest
from django.db import connection

from channels_app.adapters.base import Address, Can, ChannelAdapter, Receipt
from tests.factories import make_channel, make_ticket
from tickets.models import Message
from tickets.services import delivery
from tickets.services.actors import Actor
from tickets.services.delivery import send_message
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 10


class WaitingAdapter(ChannelAdapter):
    """A provider that answers once the test lets it."""

    kind = "waiting"
    label = "Waiting"
    identity_kind = "waiting"
    can = Can.SEND
    may_answer = threading.Event()
    arrived = threading.Semaphore(0)
    lock = threading.Lock()
    under_way = 0
    most = 0

    def send(self, message):
        own = WaitingAdapter
        with own.lock:
            own.under_way += 1
            own.most = max(own.most, own.under_way)
        own.arrived.release()
        own.may_answer.wait(20)
        with own.lock:
            own.under_way -= 1
        return Receipt(external_id=message.uuid)


def test_senders_that_start_together_leave_room_for_other_channels(settings, agent):
    settings.HELPDESK_CHANNEL_ADAPTERS = {**settings.HELPDESK_CHANNEL_ADAPTERS, "waiting": f"{__name__}.WaitingAdapter"}
    from channels_app import registry

    registry._load.cache_clear()
    import sys

    sys.modules[__name__].WaitingAdapter = WaitingAdapter
    channel = make_channel(kind="waiting")
    ids = [
        reply_to_ticket(
            ticket_id=make_ticket(channel, sender=Address(address=f"c{n}")).pk, actor=Actor.agent(agent), text="Hello"
        ).pk
        for n in range(SENDERS)
    ]
    start = threading.Barrier(SENDERS)
    idle = threading.Semaphore(0)

    def send(message_id):
        try:
            start.wait(20)
            if not send_message(message_id=message_id):
                idle.release()
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(message_id,)) for message_id in ids]
    for thread in threads:
        thread.start()
    # Those that found enough under way come back at once.
    share = delivery.MOST_LEASED_PER_CHANNEL
    came_back = all(idle.acquire(timeout=20) for _number in range(SENDERS - share))
    came_back = came_back and all(WaitingAdapter.arrived.acquire(timeout=20) for _number in range(share))
    WaitingAdapter.may_answer.set()
    for thread in threads:
        thread.join(20)
    assert came_back
    assert WaitingAdapter.most == delivery.MOST_LEASED_PER_CHANNEL
    # And whoever had a share goes on with what has waited.
    assert set(Message.objects.filter(pk__in=ids).values_list("delivery_state", flat=True)) == {"sent"}
