"""Reports of providers find the message that they speak of."""

import pytest

from channels_app.adapters.base import DeliveryUpdate, digest
from tests.factories import make_ticket
from tickets.models import Conversation, Message
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


def test_bounce_that_names_only_the_conversation_stops_no_reply_that_still_waits(email_channel, agent):
    ticket = make_ticket(email_channel)
    actor = Actor.agent(agent)
    sent = reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="It is on its way.")
    Message.objects.filter(pk=sent.pk).update(delivery_state="sent")
    waiting = reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="It has arrived.", undo_seconds=60)
    token = Conversation.objects.get(active_ticket=ticket).reply_token
    bounce = DeliveryUpdate(dedup_key=digest("bounce"), status="failed", is_bounce=True, thread_tokens=[token])
    assert receive(channel=email_channel, item=bounce).message_id == sent.pk
    states = (
        Message.objects.filter(pk__in=[sent.pk, waiting.pk]).order_by("pk").values_list("delivery_state", flat=True)
    )
    assert list(states) == ["failed", "queued"]
