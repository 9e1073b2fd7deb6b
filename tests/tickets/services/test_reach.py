"""Who may no longer be written to, as providers say."""

from datetime import timedelta

import pytest

from channels_app.adapters.base import Address, ReachChanged, digest
from helpdesk.common.clock import now
from helpdesk.common.errors import Unprocessable
from tests.factories import make_channel, make_ticket
from tickets.models import CustomerIdentity
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.replies import reply_to_ticket

CARLA = Address(address="carla@customer.example")


@pytest.fixture
def ticket(api_channel):
    return make_ticket(api_channel)


def say(channel, *, is_reachable, at, reason="blocked", sender=CARLA):
    item = ReachChanged(
        dedup_key=digest("reach", str(at), str(is_reachable)),
        sender=sender,
        is_reachable=is_reachable,
        reason=reason,
        sent_at=at,
    )
    return receive(channel=channel, item=item)


def test_customer_who_blocked_us_is_not_written_to_until_she_comes_back(ticket, agent):
    channel, start = ticket.channel, now()
    filed = say(channel, is_reachable=False, at=start)
    assert (filed.outcome, filed.ticket_id) == ("changed", ticket.pk)
    identity = CustomerIdentity.objects.get()
    assert (identity.unreachable_since, identity.unreachable_reason) == (start, "blocked")
    with pytest.raises(Unprocessable) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello?")
    assert refusal.value.code == "customer_unreachable"
    say(channel, is_reachable=True, at=start + timedelta(seconds=1))
    identity.refresh_from_db()
    assert (identity.unreachable_since, identity.unreachable_reason) == (None, "")
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello again.")


def test_ticket_tells_each_change_once(ticket):
    at = now()
    outcomes = [say(ticket.channel, is_reachable=False, at=at).outcome for _ in range(3)]
    assert outcomes == ["changed", "duplicate", "duplicate"]
    [event] = ticket.events.filter(kind="customer.reach_changed")
    assert event.data["is_reachable"] is False
    assert event.data["reason"] == "blocked"


def test_older_word_that_arrives_later_changes_nothing(ticket):
    at = now()
    say(ticket.channel, is_reachable=True, at=at)
    assert say(ticket.channel, is_reachable=False, at=at - timedelta(seconds=5)).outcome == "ignored"
    assert CustomerIdentity.objects.get().unreachable_since is None


def test_somebody_who_never_wrote_and_another_channel_are_left_alone(ticket):
    other = make_channel(kind="api", slug="other")
    assert say(other, is_reachable=False, at=now()).outcome == "ignored"
    assert say(ticket.channel, is_reachable=False, at=now(), sender=Address(address="nobody")).outcome == "ignored"
    assert CustomerIdentity.objects.get().unreachable_since is None
