"""Rows for tests, made through the same services that the product uses wherever one exists."""

import itertools
from typing import Any

from channels_app.adapters.base import Address, InboundMessage, digest
from channels_app.models import Brand, Channel, InboundEvent
from helpdesk.common.clock import now
from tickets.models import Message, Team, TeamMembership, Ticket
from tickets.services.intake import Filed, receive

_counter = itertools.count(1)


def make_channel(*, kind: str = "email", slug: str = "", **fields: Any) -> Channel:
    """A channel with its brand."""
    number = next(_counter)
    brand, _created = Brand.objects.get_or_create(name="Acme", defaults={"site_url": "https://acme.example"})
    channel = Channel(
        kind=kind, slug=slug or f"{kind}-{number}", name=fields.pop("name", f"{kind} {number}"), brand=brand
    )
    if kind == "email":
        channel.config = {"address": f"support{number}@desk.example"}
    secrets = fields.pop("secrets", None)
    for name, value in fields.items():
        setattr(channel, name, value)
    if secrets:
        channel.store_secrets(secrets)
    channel.save()
    return channel


def make_item(**fields: Any) -> InboundMessage:
    """An inbound message as an adapter would hand it over."""
    number = next(_counter)
    values: dict[str, Any] = {
        "dedup_key": digest("item", str(number)),
        "external_id": f"m{number}@mail.example",
        "sender": Address(address="carla@customer.example", name="Carla Customer"),
        "subject": "My parcel is late",
        "text": "Where is my parcel?",
        "sent_at": now(),
    }
    values |= fields
    values.setdefault("reply_text", values["text"])
    return InboundMessage(**values)


def receive_message(channel: Channel, **fields: Any) -> Filed:
    """File one inbound message."""
    return receive(channel=channel, item=make_item(**fields))


def make_ticket(channel: Channel, **fields: Any) -> Ticket:
    """A ticket that a customer's message opened; ``fields`` are then set on the row."""
    message = {key: fields.pop(key) for key in ("sender", "subject", "text") if key in fields}
    ticket = Ticket.objects.get(pk=receive_message(channel, **message).ticket_id)
    if fields:
        Ticket.objects.filter(pk=ticket.pk).update(**fields)
        ticket.refresh_from_db()
    return ticket


def make_team(name: str, *members: Any, is_private: bool = False) -> Team:
    """A team with its members."""
    team = Team.objects.create(name=name, is_private=is_private)
    TeamMembership.objects.bulk_create(TeamMembership(team=team, user=user) for user in members)
    return team


def last_message(ticket: Ticket) -> Message:
    """The newest message of a ticket."""
    return ticket.messages.order_by("-id")[0]


def make_event(channel: Channel, **fields: Any) -> InboundEvent:
    """A stored delivery as a poller leaves it; ``fields`` are set on the row."""
    number = next(_counter)
    values: dict[str, Any] = {
        "dedup_key": digest("event", str(number)),
        "headers": {"Subject": f"Delivery {number}"},
        "content_type": "message/rfc822",
        "body": b"Subject: hello\r\n\r\nhello",
        "size": 24,
        "source": "poll",
        "received_at": now(),
    }
    return InboundEvent.objects.create(channel=channel, **(values | fields))
