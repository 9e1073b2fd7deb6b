"""What menus offer, fetched when one is opened: agents, teams, tags, priorities, and the inbox's filters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from tickets.admin.doors import AgentRequest, in_zone
from tickets.admin.snoozing import LABELS, presets_now
from tickets.models import Tag, Team, Ticket
from tickets.selectors.topics import topic_choices
from tickets.selectors.workload import STATES, Workload, colleagues_on, may_answer, presence_of, workloads

CHOICES_CAP = 200
Choice = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One button of a menu. ``note``: what stands behind the label; ``dot``: a presence, shown as a dot before it."""

    value: str
    label: str
    note: str = ""
    dot: str = ""


def assignable_agents() -> list[Choice]:
    """(id, name) of the people who answer tickets. One statement."""
    agents = User.objects.filter(may_answer(), is_staff=True).distinct()
    people = [(str(agent.pk), agent.display_name) for agent in agents.order_by("first_name", "username")[:CHOICES_CAP]]
    return sorted(people, key=lambda choice: choice[1].casefold())


def _teams(request: AgentRequest) -> list[Choice]:
    teams = Team.objects.all()
    if not (request.user.is_superuser or request.user.has_perm("tickets.view_every_ticket")):
        teams = teams.filter(Q(is_private=False) | Q(memberships__user=request.user)).distinct()
    return [(str(team.pk), team.name) for team in teams.order_by("name")[:CHOICES_CAP]]


def _agents(request: AgentRequest) -> list[Option]:
    """Who is here stands first; three statements."""
    people = assignable_agents()
    loads = workloads([int(pk) for pk, _name in people], viewer=request.user, at=now())
    options = [_person(loads[int(pk)]) for pk, _name in people if int(pk) in loads]
    options.sort(key=lambda option: STATES.index(option.dot))
    return [Option(value="", label=_("Nobody")), *options]


def _person(load: Workload) -> Option:
    state = load.presence.state
    return Option(
        value=str(load.user_id), label=load.name, note=f"{presence_word(state)} · {load_words(load)}", dot=state
    )


def presence_word(state: str) -> str:
    """ "online", "away" or "offline" in the active language."""
    return str(User.Presence(state).label)


def load_words(load: Workload) -> str:
    """How much somebody has, and how much he takes: "3 of 10 open"."""
    if load.capacity is None:
        return _("%(count)d open") % {"count": load.open_tickets}
    return _("%(count)d of %(most)d open") % {"count": load.open_tickets, "most": load.capacity}


def colleagues(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Whom a note may name: the list that opens at an "@"."""
    at = now()
    people = [
        {"person": person, "state": (state := presence_of(person, at=at).state), "word": presence_word(state)}
        for person in colleagues_on(ticket, besides=request.user.pk)[:CHOICES_CAP]
    ]
    people.sort(key=lambda one: STATES.index(one["state"]))
    return render(request, "tickets/mentions.html", {"people": people})


def _plain(choices: Iterable[Choice]) -> list[Option]:
    return [Option(value=value, label=label) for value, label in choices]


def _teams_or_none(request: AgentRequest) -> list[Option]:
    return _plain([("", _("No team")), *_teams(request)])


def _tags(request: AgentRequest) -> list[Choice]:
    return [(str(tag.pk), tag.name) for tag in Tag.objects.order_by("name")[:CHOICES_CAP]]


def _priorities(request: AgentRequest) -> list[Option]:
    return _plain((str(value), str(label)) for value, label in Ticket.Priority.choices)


def _topics(request: AgentRequest) -> list[Choice]:
    return [("", _("No topic")), *((str(pk), path) for pk, path in topic_choices()[:CHOICES_CAP])]


def _times(request: AgentRequest) -> list[Option]:
    with in_zone(read_site_settings().time_zone):
        return [
            Option(value=code, label=str(LABELS[code]), note=date_format(timezone.localtime(until), "D j M, H:i"))
            for code, until in presets_now()
        ]


SOURCES: dict[str, Callable[[AgentRequest], list[Option]]] = {
    "assign": _agents,
    "team": _teams_or_none,
    "tag": lambda request: _plain(_tags(request)),
    "priority": _priorities,
    "topic": lambda request: _plain(_topics(request)),
    "snooze": _times,
}


def choices(request: AgentRequest, what: str) -> HttpResponse:
    """Buttons for a menu: named ``action`` ("assign:5") for the inbox, ``value`` ("5") for one ticket."""
    if what == "filters":
        return _filters(request)
    if what not in SOURCES:
        raise Http404
    is_bulk = request.GET.get("for") == "selected"
    options = SOURCES[what](request)
    if is_bulk:
        options = [replace(option, value=f"{what}:{option.value}") for option in options]
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
