"""From what the database groups by to keys and labels that people and programs read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.accounts.models import User
from reporting.metrics.question import MESSAGING, PHONE, GroupBy, Row
from surveys.models import RootCause
from tickets.models import Metric, Team, Ticket, Topic


def named_rows(group_by: GroupBy, rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows with their keys and labels, in a total order; ``group`` of each is the database's value. One query at most."""
    listed = list(rows)
    groups = [row.get("group") for row in listed]
    names = _names(group_by, [group for group in groups if group is not None])
    named = [
        Row(key=key, label=label, values={name: value for name, value in row.items() if name != "group"})
        for row, (key, label) in zip(listed, (names(group) for group in groups), strict=True)
    ]
    by_name = group_by in (GroupBy.CHANNEL, GroupBy.TEAM, GroupBy.AGENT, GroupBy.TOPIC, GroupBy.CAUSE)
    if group_by in _ORDERED:
        return sorted(named, key=lambda row: _ORDERED[group_by].index(str(row.key)))
    # Rows without a key stand last.
    return sorted(
        named, key=lambda row: (row.key is None, row.label.casefold() if by_name else row.key or 0, str(row.key))
    )


# Rows that have an order of their own: the most urgent first, and as a case goes.
_ORDERED = {
    GroupBy.PRIORITY: [*reversed(Ticket.Priority.values)],
    GroupBy.LIMIT: list(Metric.values),
    GroupBy.MEDIUM: [MESSAGING, PHONE],
}


def _names(group_by: GroupBy, ids: list[Any]) -> Any:
    match group_by:
        case GroupBy.CHANNEL:
            channels = {c.pk: (c.slug, c.name) for c in Channel.objects.filter(pk__in=ids).only("slug", "name")}
            return lambda group: channels.get(group, (None, _("No channel")))
        case GroupBy.TEAM:
            teams = {team.pk: (team.pk, team.name) for team in Team.objects.filter(pk__in=ids)}
            return lambda group: teams.get(group, (None, _("No team")))
        case GroupBy.AGENT:
            agents = {user.pk: (user.pk, user.display_name) for user in User.objects.filter(pk__in=ids)}
            return lambda group: agents.get(group, (None, _("Nobody")))
        case GroupBy.TOPIC:
            topics = {topic.pk: (topic.pk, topic.name) for topic in Topic.objects.filter(pk__in=ids)}
            return lambda group: topics.get(group, (None, _("No topic")))
        case GroupBy.CAUSE:
            causes = {cause.pk: (cause.pk, str(cause)) for cause in RootCause.objects.filter(pk__in=ids)}
            return lambda group: causes.get(group, (None, _("Cause not known yet")))
        case GroupBy.PRIORITY:
            return lambda group: (group, str(Ticket.Priority(group).label))
        case GroupBy.LIMIT:
            return lambda group: (group, str(Metric(group).label))
        case GroupBy.MEDIUM:
            return lambda group: (group, _("Phone") if group == PHONE else _("Messaging"))
        case GroupBy.NOTHING:
            return lambda group: ("all", _("All"))
        case GroupBy.HOUR:
            return lambda group: (group, f"{group:02}:00")
    return lambda group: _calendar_name(group_by, group)


def _calendar_name(group_by: GroupBy, at: datetime) -> tuple[str, str]:
    if group_by is GroupBy.WEEK:
        year, week, _weekday = at.isocalendar()
        return f"{year}-W{week:02}", f"{year}-W{week:02}"
    text = at.strftime("%Y-%m" if group_by is GroupBy.MONTH else "%Y-%m-%d")
    return text, text
