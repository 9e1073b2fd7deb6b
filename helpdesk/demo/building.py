"""Building the demo: every story is played through the services that the product itself uses, at the time it happened."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection, transaction

from channels_app.models import Brand, Channel
from channels_app.services.channels import create_channel
from channels_app.services.trying import create_trial_channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now, told_time
from helpdesk.demo.articles import write_articles
from helpdesk.demo.calendar import moments
from helpdesk.demo.content import STORIES
from helpdesk.demo.content import people as cast
from helpdesk.demo.playing import Player
from helpdesk.demo.quick_replies import write_quick_replies
from helpdesk.demo.script import Step
from tickets.models import Customer, Organization, SLATimer, Tag, Team, TeamMembership, Ticket
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import close_due_tickets
from tickets.services.locking import lock_ticket


def has_any_work() -> bool:
    """Whether anybody has written here yet, demo or not."""
    return Ticket.objects.exists() or Customer.objects.exists()


@transaction.atomic
def build_demo() -> int:
    """Make the shop, its team, its customers and their fortnight; returns the number of tickets.

    Nothing leaves: what the agents sent is recorded as sent. All of it is marked as demo or only used by demo tickets, so that
    ``remove_demo`` finds it.
    """
    with _without_effects():
        channels = _make_channels()
        _make_organizations()
        agents = _make_team()
        player = Player(channels=channels, agents=agents, people={person.key: person for person in cast.PEOPLE})
        _play(player)
        _find_late_limits()
        _backdate(channels.values())
        write_articles(Actor.agent(agents[cast.AGENTS[0].key]))
        write_quick_replies(agents[cast.AGENTS[0].key])
    return Ticket.objects.filter(is_demo=True).count()


@contextmanager
def _without_effects() -> Iterator[None]:
    """Start no task on commit: hundreds of bells for work that is done already, in front of a broker that may not run yet."""
    before = list(connection.run_on_commit)
    yield
    connection.run_on_commit = before


def _make_channels() -> dict[str, Channel]:
    Brand.objects.get_or_create(name=cast.BRAND, defaults={"site_url": cast.SITE_URL})
    mail = create_channel(
        kind="email",
        slug=cast.MAIL_SLUG,
        name=cast.BRAND,
        brand_name=cast.BRAND,
        config={"address": cast.MAIL_ADDRESS},
        secrets={},
        is_demo=True,
    )
    chat = create_channel(
        kind="api",
        slug=cast.CHAT_SLUG,
        name=f"{cast.BRAND}: chat",
        brand_name=cast.BRAND,
        config={},
        secrets={},
        is_demo=True,
    )
    messaging = {key: _make_trial(kind, name) for key, (kind, name) in cast.MESSAGING.items()}
    return {"mail": mail, "chat": chat, **messaging}


def _make_trial(kind: str, name: str) -> Channel:
    channel = create_trial_channel(kind=kind)
    channel.name = f"{cast.BRAND}: {name}"
    channel.brand = Brand.objects.get(name=cast.BRAND)
    channel.save(update_fields=["name", "brand"])
    return channel


def _make_organizations() -> None:
    for name, domains in cast.ORGANIZATIONS.items():
        Organization.objects.get_or_create(name=name, defaults={"domains": list(domains)})


def _make_team() -> dict[str, User]:
    """The agents by key, in their teams; nobody can log in as one of them."""
    teams = {
        name: Team.objects.get_or_create(name=name, defaults={"is_private": is_private})[0]
        for name, is_private in cast.TEAMS.items()
    }
    for name, color in cast.TAGS.items():
        Tag.objects.get_or_create(name=name, defaults={"color": color})
    groups = {group.name: group for group in Group.objects.all()}
    agents = {}
    for agent in cast.AGENTS:
        user, is_new = User.objects.get_or_create(
            username=agent.username,
            defaults={
                "first_name": agent.first_name,
                "last_name": agent.last_name,
                "email": f"{agent.key}@wrenmoor.example",
                "is_staff": True,
                "languages": list(agent.languages),
                "signature": agent.signature,
            },
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        user.groups.add(groups[agent.role])
        TeamMembership.objects.bulk_create(
            [TeamMembership(team=teams[name], user=user, is_lead=agent.role == "lead") for name in agent.teams],
            ignore_conflicts=True,
        )
        agents[agent.key] = user
    return agents


def _play(player: Player) -> None:
    """All steps of all stories in the order of time, so that ids and numbers rise as they would have."""
    present = now()
    timeline: list[tuple[datetime, int, str, Step | None]] = []
    for order, story in enumerate(STORIES):
        player.add(story)
        for at, step in moments(story, present):
            timeline.append((at, order, story.key, step))
            closes_at = at + Channel._meta.get_field("reopen_window").default + timedelta(minutes=1)
            if step.verb == "resolves" and closes_at < present:
                timeline.append((closes_at, order, "", None))
    for at, _order, key, happening in sorted(timeline, key=lambda row: row[:2]):
        with told_time(at):
            if happening is None:
                close_due_tickets()
            else:
                player.play(key, happening)


def _find_late_limits() -> None:
    """What was missed in the past was found in the past, and nobody is told of it now."""
    clocks = SLATimer.objects.filter(ticket__is_demo=True, state="running", due_at__lte=now())
    for clock in list(clocks.order_by("due_at", "pk")):
        assert clock.due_at is not None, "it was chosen by it"
        with told_time(clock.due_at + timedelta(seconds=3)):
            TicketChange(lock_ticket(clock.ticket_id), Actor.system()).recount_clocks(why="", finds_late=True)


def _backdate(channels: Iterable[Channel]) -> None:
    """Threads are as old as their first message; the creation time of a chat's comes from the real clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_conversation v SET created_at = "
            "(SELECT min(sort_at) FROM tickets_message m WHERE m.conversation_id = v.id) WHERE v.channel_id = ANY(%s)",
            [[channel.pk for channel in channels]],
        )
