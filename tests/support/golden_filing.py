"""Written logs as tickets in the database: the customers, people and places of a story, and the events as they were told."""

from channels_app.models import Channel
from helpdesk.accounts.models import User
from tests.factories import make_channel
from tests.support.golden import CHANNELS, PEOPLE, TEAMS, Story
from tickets.models import Customer, Team, Ticket, TicketEvent, Topic

_KINDS = {"mail": "email", "chat": "webchat", "phone": "voice"}


def make_cast() -> None:
    """The channels, people, teams and topics that stories name."""
    for name, pk in CHANNELS.items():
        make_channel(kind=_KINDS[name], slug=name, id=pk)
    User.objects.bulk_create(User(pk=pk, username=name) for name, pk in PEOPLE.items())
    Team.objects.bulk_create(Team(pk=pk, name=name) for name, pk in TEAMS.items())
    for name in ("Delivery", "Invoice"):
        Topic.objects.create(name=name)


def file_story(story: Story, *, without: str = "-") -> list[Ticket]:
    """The tickets of a story in their order, with their logs; events whose kind begins with ``without`` are left to the test."""
    customers: dict[str, Customer] = {}
    topics = {topic.name: topic for topic in Topic.objects.all()}
    tickets: list[Ticket] = []
    for written in story.tickets:
        customer = customers.setdefault(written.customer, Customer.objects.create(name=written.customer))
        log = [event for event in written.log if not event.kind.startswith(without)]
        ticket = Ticket.objects.create(
            customer=customer,
            channel=Channel.objects.get(pk=CHANNELS[written.channel]),
            topic=topics.get(written.topic),
            opened_at=log[0].at,
            last_message_at=log[0].at,
            is_demo=written.flags == "demo",
            event_sequence=written.log[-1].sequence,
        )
        if written.flags == "follow-up":
            log[0].data["follow_up_of"] = tickets[0].pk
        TicketEvent.objects.bulk_create(
            TicketEvent(
                ticket=ticket,
                sequence=event.sequence,
                at=event.at,
                kind=event.kind,
                data=event.data,
                actor_kind=event.actor_kind,
                actor_id=event.actor_id,
            )
            for event in log
        )
        tickets.append(ticket)
    return tickets
