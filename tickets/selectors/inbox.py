"""The lists agents work from: views, their capped counts, and pages of rows by keyset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models import Value as Literal
from django.db.models.functions import Coalesce, JSONObject, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.core.models import SiteSettings
from tickets.models import CallbackRequest, Conversation, Draft, Tag, TeamMembership, Ticket
from tickets.models.ticket import OPEN_STATUSES
from tickets.selectors.headings import first_words

PAGE_SIZE = 50
PANE_SIZE = 40
COUNT_CAP = 100
LATE_AFTER_DEFAULT = timedelta(minutes=60)

# view -> its name on the rail. The order is the rail's.
VIEWS = {
    "mine": _("Mine"),
    "unassigned": _("Unassigned"),
    "my_teams": _("My teams' queue"),
    "open": pgettext_lazy("tickets still open", "Open"),
    "late": _("Late"),
    "public": _("Public, unanswered"),
    "call_back": _("To call back"),
    "snoozed": _("Put aside"),
    "all": _("All"),
}
DEFAULT_VIEW = "open"
FILTER_LABELS = {
    "channel": _("channel"),
    "team": _("team"),
    "assignee": _("assignee"),
    "customer": _("customer"),
    "tag": _("tag"),
    "topic": _("topic"),
}
SORTS = {
    "newest": _("Newest first"),
    "priority": _("Most pressing"),
    "due": _("Due next"),
    "waiting": _("Waiting longest"),
}
# A topic is filtered for with those that are part of it, so many levels down.
_TOPIC_LEVELS = ("topic", "topic__parent", "topic__parent__parent", "topic__parent__parent__parent")


class BadCursor(ValueError):
    """A cursor that this module has not written."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place behind one row: the value it is ordered by (UTC) and its id."""

    at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``str`` wrote. Raises BadCursor."""
        micros, _dash, pk = text.partition("-")
        if not (micros.isascii() and micros.isdigit() and pk.isascii() and pk.isdigit()) or len(text) > 40:
            raise BadCursor(text)
        try:
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))
        except OverflowError as error:
            raise BadCursor(text) from error
        if int(pk) >= 2**63:
            raise BadCursor(text)
        return cls(at=at, pk=int(pk))

    def __str__(self) -> str:
        return f"{(self.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}-{self.pk}"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What narrows a view, by id; None asks for nothing. Figures on other pages lead here with them."""

    channel: int | None = None
    team: int | None = None
    assignee: int | None = None
    customer: int | None = None
    tag: int | None = None
    topic: int | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        """Read URL parameters. Raises BadCursor for one that is no id."""
        values: dict[str, int | None] = {}
        for key in FILTER_LABELS:
            text = asked.get(key, "")
            if text and not (text.isascii() and text.isdigit() and len(text) < 19):
                raise BadCursor(text)
            values[key] = int(text) if text else None
        return cls(**values)

    def as_parameters(self) -> dict[str, int]:
        """The filters that are set, as URL parameters."""
        return {key: value for key in FILTER_LABELS if (value := getattr(self, key)) is not None}

    def labels(self) -> list[tuple[str, Any]]:
        """(parameter, what it narrows) of the filters that are set."""
        return [(key, FILTER_LABELS[key]) for key in self.as_parameters()]

    def condition(self) -> Q:
        """The filters as a condition on tickets."""
        asked = {("tags" if key == "tag" else key): value for key, value in self.as_parameters().items()}
        topic = asked.pop("topic", None)
        within = (Q(**{level: topic}) for level in _TOPIC_LEVELS) if topic is not None else ()
        return Q(**asked) & reduce(or_, within, Q())


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows in the order shown. ``before`` leads to the page above, ``after`` to the page below; None where there is none."""

    rows: Sequence[Ticket]
    before: Cursor | None
    after: Cursor | None


def late_before() -> Any:
    """The instant before which a waiting customer is late, as an expression: reading the option costs no query."""
    return ExpressionWrapper(Now() - _late_after(), output_field=DateTimeField())


def _late_after() -> Any:
    option = Subquery(SiteSettings.objects.filter(pk=1).values("late_after"))
    return Coalesce(option, Literal(LATE_AFTER_DEFAULT), output_field=DurationField())


def is_late_now() -> Q:
    """Of open tickets those that are late: a time limit is missed; where none runs, the customer waits longer than the site allows."""
    return Q(next_due_at__lte=Now()) | Q(next_due_at=None, waiting_since__lt=late_before())


def site_time_zone() -> Any:
    """The site's time zone as an expression."""
    return Coalesce(Subquery(SiteSettings.objects.filter(pk=1).values("time_zone")), Literal("UTC"))


def tickets_in_view(*, user: Any, view: str) -> QuerySet[Ticket]:
    """The tickets of a view that ``user`` may see, not ordered. Raises KeyError for a view that is none."""
    seen = Ticket.objects.visible_to(user)
    conditions: dict[str, Q | None] = {
        # What somebody has put aside is out of the way until its time.
        "mine": Q(assignee=user.pk, snoozed_until=None),
        "unassigned": Q(assignee=None, snoozed_until=None),
        "my_teams": Q(assignee=None, snoozed_until=None, team__in=_teams_of(user)),
        "open": Q(snoozed_until=None),
        "late": is_late_now(),
        "public": Q(waiting_since__isnull=False) & Q(Exists(_public_threads())),
        "call_back": Q(Exists(CallbackRequest.objects.filter(ticket=OuterRef("pk"), state="open"))),
        "snoozed": Q(snoozed_until__isnull=False),
        "all": None,
    }
    condition = conditions[view]
    return seen if condition is None else seen.still_open().filter(condition)


def _teams_of(user: Any) -> QuerySet[TeamMembership, int]:
    return TeamMembership.objects.filter(user=user.pk).order_by().values_list("team_id", flat=True)


def _public_threads() -> QuerySet[Conversation]:
    """What everybody can read of a ticket: comments, mentions and reviews that are its running conversations."""
    return Conversation.objects.filter(active_ticket=OuterRef("pk"), visibility=Conversation.Visibility.PUBLIC)


def count_views(*, user: Any) -> dict[str, int]:
    """How many tickets each view holds, at most COUNT_CAP: who reads 100 writes "99+". One statement."""
    parts, parameters = [], []
    for view in VIEWS:
        try:
            rows = tickets_in_view(user=user, view=view).order_by().values("pk")[:COUNT_CAP]
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, count(*) FROM ({sql}) AS capped")  # noqa: S608 - compiled by the ORM
        parameters += [view, *values]
    counts = dict.fromkeys(VIEWS, 0)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), parameters)
            counts.update(dict(cursor.fetchall()))
    return counts


def list_tickets(
    *,
    user: Any,
    view: str,
    sort: str = "newest",
    filters: Filters | None = None,
    ids: frozenset[int] | None = None,
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """One page of a view; ``filters`` narrow it, and ``ids`` to what a search has found. One statement.

    Sorted by "priority" the list holds the open tickets, the highest score first; by "waiting" the tickets whose customer waits
    for an answer, and only those; by "due" those with a time limit that runs or is missed, the next one first. In the view "late" that
    order holds every ticket, by when it became late; in the view "snoozed" by when it comes back.
    Rows carry ``is_late``, ``has_draft`` (of ``user``), ``tag_list`` ([{"name", "color"}]), ``first_words`` and ``site_zone``.
    """
    is_by_lateness = sort == "due" and view == "late"
    # By lateness the two reasons to be late are asked for apart, see below.
    tickets = Ticket.objects.visible_to(user).still_open() if is_by_lateness else tickets_in_view(user=user, view=view)
    if filters is not None:
        tickets = tickets.filter(filters.condition())
    if ids is not None:
        tickets = tickets.filter(pk__in=ids)
    field, border, is_back = _ORDER_COLUMNS[sort], before or after, before is not None
    is_rising = (sort in _RISING) != is_back
    if is_by_lateness:
        field, tickets = "late_since", _late_ones(tickets, border, is_rising=is_rising, size=size + 1)
    elif sort == "due" and view == "snoozed":
        field = "snoozed_until"
    elif sort == "priority":
        tickets = tickets.filter(status__in=OPEN_STATUSES)
    elif sort in _RISING:
        tickets = tickets.filter(**{f"{field}__isnull": False})
    if border is not None:
        tickets = tickets.filter(_beyond(field, border, is_rising=is_rising))
    order = (field, "pk") if is_rising else (f"-{field}", "-pk")
    rows = list(_with_row_columns(tickets, user).order_by(*order)[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    has_above = has_more if is_back else after is not None
    has_below = True if is_back else has_more
    return Page(
        rows=rows,
        before=_cursor(rows[0], field) if rows and has_above else None,
        after=_cursor(rows[-1], field) if rows and has_below else None,
    )


_ORDER_COLUMNS = {
    "newest": "last_message_at",
    "priority": "priority_score",
    "due": "next_due_at",
    "waiting": "waiting_since",
}
_RISING = ("due", "waiting")
_NO_POINTS = datetime(2000, 1, 1, tzinfo=UTC)


def _late_ones(tickets: QuerySet[Ticket], border: Cursor | None, *, is_rising: bool, size: int) -> QuerySet[Ticket]:
    """The late tickets nearest to ``border``, with ``late_since``: each of the two reasons is read from its own index, no further."""
    limited = tickets.filter(next_due_at__lte=Now())
    waiting = tickets.filter(next_due_at=None, waiting_since__lt=late_before())
    if border is not None:
        waited = ExpressionWrapper(Literal(border.at) - _late_after(), output_field=DateTimeField())
        limited = limited.filter(_beyond("next_due_at", border, is_rising=is_rising))
        waiting = waiting.filter(_beyond_at("waiting_since", waited, border.pk, is_rising=is_rising))
    sign = "" if is_rising else "-"
    arms = [
        arm.order_by(f"{sign}{column}", f"{sign}pk").values("pk")[:size]
        for arm, column in ((limited, "next_due_at"), (waiting, "waiting_since"))
    ]
    since = ExpressionWrapper(F("waiting_since") + _late_after(), output_field=DateTimeField())
    return Ticket.objects.filter(pk__in=arms[0].union(arms[1], all=True)).annotate(
        late_since=Coalesce(F("next_due_at"), since)
    )


def next_ticket(*, user: Any, view: str, besides: int) -> Ticket | None:
    """What to open after ``besides`` in a view: what is due next, else whoever waits longest, else the newest. At most three statements."""
    tickets = tickets_in_view(user=user, view=view).filter(status__in=OPEN_STATUSES).exclude(pk=besides).only("number")
    due = tickets.filter(next_due_at__isnull=False).order_by("next_due_at", "pk").first()
    if due is not None:
        return due
    waiting = tickets.filter(waiting_since__isnull=False).order_by("waiting_since", "pk").first()
    return waiting or tickets.order_by("-last_message_at", "-pk").first()


def _beyond(field: str, border: Cursor, *, is_rising: bool) -> Q:
    at: datetime | int = border.at
    if field == "priority_score":
        at = (border.at - _NO_POINTS) // timedelta(microseconds=1)
    return _beyond_at(field, at, border.pk, is_rising=is_rising)


def _beyond_at(field: str, at: Any, pk: int, *, is_rising: bool) -> Q:
    # The outer inequality is redundant and lets PostgreSQL start its index scan at the border.
    if is_rising:
        return Q(**{f"{field}__gte": at}) & (Q(**{f"{field}__gt": at}) | Q(pk__gt=pk))
    return Q(**{f"{field}__lte": at}) & (Q(**{f"{field}__lt": at}) | Q(pk__lt=pk))


def _cursor(row: Ticket, field: str) -> Cursor:
    value = getattr(row, field)
    # A cursor holds an instant: points stand in it as microseconds, which may be fewer than none.
    at = _NO_POINTS + timedelta(microseconds=value) if field == "priority_score" else value
    return Cursor(at=at, pk=row.pk)


def _with_row_columns(tickets: QuerySet[Ticket], user: Any) -> QuerySet[Ticket]:
    tags = Tag.objects.filter(tickets=OuterRef("pk")).order_by("name")
    is_late = Q(status__in=OPEN_STATUSES) & is_late_now()
    return (
        tickets.select_related("customer", "channel", "assignee", "team")
        .annotate(
            is_late=Coalesce(ExpressionWrapper(is_late, output_field=BooleanField()), Literal(False)),
            has_draft=Exists(Draft.objects.filter(ticket=OuterRef("pk"), agent=user.pk).exclude(text="")),
            tag_list=ArraySubquery(tags.values(json=JSONObject(name=F("name"), color=F("color")))),
            site_zone=site_time_zone(),
            first_words=first_words(),
        )
        .only(
            "number", "subject", "status", "priority", "is_spam", "last_message_at", "last_message_is_inbound",
            "preview", "unread_count", "waiting_since", "next_due_at", "snoozed_until", "language", "notice", "last_vote",
            "sentiment", "sentiment_is_strong", "priority_score", "priority_reasons",
            "customer__name", "customer__is_vip", "channel__name", "channel__kind",
            "assignee__first_name", "assignee__last_name", "assignee__username", "team__name",
        )
    )  # fmt: skip
