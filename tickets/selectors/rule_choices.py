"""What conditions and actions can name, with the words for it: the choices of forms, and the labels of what was decided."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.conf.locale import LANG_INFO
from django.db.models import Q
from django.utils.translation import gettext as _

from channels_app.models import Channel
from channels_app.registry import kind_choices
from helpdesk.accounts.models import User
from tickets.models import Bot, Customer, Macro, Metric, Organization, QuickReply, Tag, Team, Ticket, Topic
from tickets.policies.actions import STATUSES

Choice = tuple[str, str]

# A form stays usable, and small; what is chosen already is always among them.
MOST_CHOICES = 500


def choices_of(source: str, *, chosen: Collection[Any] = ()) -> list[Choice]:
    """(value, label) of one source, in the order in which people look for them; what was ``chosen`` and is gone keeps its key."""
    offered = _SOURCES[source]()
    known = {value for value, _label in offered}
    missing = [str(one) for one in chosen if str(one) not in known]
    return offered + (_missing(source, missing) if missing else [])


def _missing(source: str, values: Iterable[str]) -> list[Choice]:
    found = dict(_BY_KEY[source](values)) if source in _BY_KEY else {}
    return [(value, found.get(value) or _("%(name)s (gone)") % {"name": value}) for value in values]


def _rows(rows: Any, name: str = "name") -> list[Choice]:
    return [(str(pk), str(label)) for pk, label in rows.values_list("pk", name)[:MOST_CHOICES]]


def _channels() -> list[Choice]:
    return _rows(Channel.objects.order_by("position", "name"))


def _people() -> list[Choice]:
    groups = [("assignee", _("the assignee")), ("team", _("everybody in the team")), ("leads", _("the leads"))]
    return groups + [(f"user:{pk}", name) for pk, name in _agents()]


def _agents() -> list[Choice]:
    rights = Q(groups__permissions__codename="reply_ticket") | Q(user_permissions__codename="reply_ticket")
    able = User.objects.filter(Q(is_superuser=True) | rights, is_active=True, is_staff=True).distinct()
    people = [(str(user.pk), user.display_name) for user in able.order_by("first_name", "username")[:MOST_CHOICES]]
    return sorted(people, key=lambda choice: choice[1].casefold())


def _topics() -> list[Choice]:
    """Every topic in use, with those above it: "Delivery › Damaged"."""
    rows = {topic.pk: topic for topic in Topic.objects.filter(is_active=True)[:MOST_CHOICES]}

    def path(topic: Topic, depth: int = 0) -> str:
        above = rows.get(topic.parent_id or 0)
        return f"{path(above, depth + 1)} › {topic.name}" if above is not None and depth < 10 else topic.name

    return sorted(((str(pk), path(topic)) for pk, topic in rows.items()), key=lambda choice: choice[1].casefold())


def _languages() -> list[Choice]:
    """The languages that the interface has names for, under the short codes that recognition gives."""
    # The plain code comes last and wins: "en" is English, not the English of one country.
    by_country = sorted(LANG_INFO.items(), key=lambda item: "-" not in item[0])
    known = {code.split("-")[0]: info for code, info in by_country if "name" in info}
    return sorted(((code, str(_(info["name"]))) for code, info in known.items()), key=lambda choice: choice[1])


def _tags() -> list[Choice]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:MOST_CHOICES]]


def _labels(pairs: Iterable[tuple[Any, Any]]) -> list[Choice]:
    return [(str(value), str(label)) for value, label in pairs]


_SOURCES: dict[str, Callable[[], list[Choice]]] = {
    "channels": _channels,
    "channel_kinds": lambda: _labels(kind_choices()),
    "visibilities": lambda: [("private", _("private")), ("public", _("public"))],
    "teams": lambda: _rows(Team.objects.order_by("name")),
    "agents": _agents,
    "topics": _topics,
    "statuses": lambda: _labels(Ticket.Status.choices),
    "settable_statuses": lambda: _labels((one, label) for one, label in Ticket.Status.choices if one in STATUSES),
    "statuses_after": lambda: [("pending", _("wait for the customer")), ("resolved", _("resolve it"))],
    "priorities": lambda: _labels(Ticket.Priority.choices),
    "languages": _languages,
    "sentiments": lambda: [("positive", _("positive")), ("neutral", _("neutral")), ("negative", _("negative"))],
    "customers": list,
    "organizations": lambda: _rows(Organization.objects.order_by("name")),
    "tags": _tags,
    "metrics": lambda: _labels(Metric.choices),
    "people": _people,
    "ways_to_tell": lambda: [("admin", _("the bell here")), ("mail", _("mail"))],
    "quick_replies": lambda: _rows(
        QuickReply.objects.filter(is_active=True).exclude(scope="personal").order_by("title"), "title"
    ),
    "macros": lambda: _rows(Macro.objects.filter(is_active=True).exclude(scope="personal").order_by("name")),
    "bots": lambda: _rows(Bot.objects.order_by("name")),
}


def _keys(values: Iterable[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def _customers(values: Iterable[str]) -> list[Choice]:
    return _rows(Customer.objects.filter(pk__in=_keys(values)))


_BY_KEY: dict[str, Callable[[Iterable[str]], list[Choice]]] = {
    "customers": _customers,
    "organizations": lambda values: _rows(Organization.objects.filter(pk__in=_keys(values))),
    "topics": lambda values: _rows(Topic.objects.filter(pk__in=_keys(values))),
    # What is personal is nobody else's to read, not even by its key.
    "quick_replies": lambda values: _rows(
        QuickReply.objects.filter(pk__in=_keys(values)).exclude(scope="personal"), "title"
    ),
    "macros": lambda values: _rows(Macro.objects.filter(pk__in=_keys(values)).exclude(scope="personal")),
    "agents": lambda values: [(str(user.pk), user.display_name) for user in User.objects.filter(pk__in=_keys(values))],
    "tags": lambda values: [(value, value) for value in values],
}
