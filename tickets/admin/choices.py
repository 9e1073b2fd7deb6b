"""What menus offer, fetched when one is opened: agents, teams, tags, priorities, and the inbox's filters."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.accounts.models import User
from tickets.admin.doors import AgentRequest
from tickets.models import Tag, Team, Ticket
from tickets.selectors.topics import topic_choices

CHOICES_CAP = 200
Choice = tuple[str, str]


def assignable_agents() -> list[Choice]:
    """(id, name) of the people who answer tickets. One statement."""
    rights = Q(groups__permissions__codename="reply_ticket") | Q(user_permissions__codename="reply_ticket")
    agents = User.objects.filter(Q(is_superuser=True) | rights, is_active=True, is_staff=True).distinct()
    people = [(str(agent.pk), agent.display_name) for agent in agents.order_by("first_name", "username")[:CHOICES_CAP]]
    return sorted(people, key=lambda choice: choice[1].casefold())


def _teams(request: AgentRequest) -> list[Choice]:
    teams = Team.objects.all()
    if not (request.user.is_superuser or request.user.has_perm("tickets.view_every_ticket")):
        teams = teams.filter(Q(is_private=False) | Q(memberships__user=request.user)).distinct()
    return [(str(team.pk), team.name) for team in teams.order_by("name")[:CHOICES_CAP]]


def _agents(request: AgentRequest) -> list[Choice]:
    return [("", _("Nobody")), *assignable_agents()]


def _teams_or_none(request: AgentRequest) -> list[Choice]:
    return [("", _("No team")), *_teams(request)]


def _tags(request: AgentRequest) -> list[Choice]:
    return [(str(tag.pk), tag.name) for tag in Tag.objects.order_by("name")[:CHOICES_CAP]]


def _priorities(request: AgentRequest) -> list[Choice]:
    return [(str(value), str(label)) for value, label in Ticket.Priority.choices]


def _topics(request: AgentRequest) -> list[Choice]:
    return [("", _("No topic")), *((str(pk), path) for pk, path in topic_choices()[:CHOICES_CAP])]


SOURCES: dict[str, Callable[[AgentRequest], list[Choice]]] = {
    "assign": _agents,
    "team": _teams_or_none,
    "tag": _tags,
    "priority": _priorities,
    "topic": _topics,
}


def choices(request: AgentRequest, what: str) -> HttpResponse:
    """Buttons for a menu: named ``action`` ("assign:5") for the inbox, ``value`` ("5") for one ticket."""
    if what == "filters":
        return _filters(request)
    if what not in SOURCES:
        raise Http404
    is_bulk = request.GET.get("for") == "selected"
    options = [(f"{what}:{value}" if is_bulk else value, label) for value, label in SOURCES[what](request)]
    context = {"options": options, "name": "action" if is_bulk else "value", "can_add": what == "tag" and not is_bulk}
    return render(request, "tickets/choices.html", context)


def _filters(request: AgentRequest) -> HttpResponse:
    kept = [(key, value) for key, value in parse_qsl(request.GET.get("list", "")) if key in ("view", "sort", "q")]

    def links(key: str, offered: list[Choice]) -> list[Choice]:
        return [("?" + urlencode([*kept, (key, value)]), label) for value, label in offered]

    channels = [
        (str(channel.pk), channel.name) for channel in Channel.objects.order_by("position", "name")[:CHOICES_CAP]
    ]
    groups = [
        (_("Channel"), links("channel", channels)),
        (_("Team"), links("team", _teams(request))),
        (_("Assignee"), links("assignee", assignable_agents())),
        (_("Tag"), links("tag", _tags(request))),
        (_("Topic"), links("topic", _topics(request)[1:])),
    ]
    return render(request, "tickets/filters.html", {"groups": [group for group in groups if group[1]]})
