"""How long people work on a contact."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from helpdesk.common.clock import now
from reporting.metrics.facts import fact_columns, subset_condition
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Percentiles, Question, Row, group_expression
from reporting.models import ContactFact
from tickets.models import Ticket

AGENT = "agent_id"
# Beyond this somebody should look how a contact was handled.
LONG_SECONDS = 1800


class HandleTime(Metric):
    """Average handle time: the time that people spent on a contact, over the contacts that began in the period, were
    answered by a human and are over. It is talk, hold, work in the ticket and work after the contact together, of all
    agents who took part, transfers included. On the telephone it comes from the call's own events; in messaging from the
    workspace: an agent is at work while he has the ticket before him and has moved within a minute; staying there for the
    customer's answer is hold, what follows the last answer is work after the contact. Waiting time is no handling time, and
    no moment of one agent counts twice on one contact. A contact on which no work is known is left out and is not 0; the
    share of contacts that are covered stands beside it, as do the contacts that still run. A contact belongs to the agent
    who answered last in it and to the channel where it began. Work on a ticket that was merged into another counts there.
    """

    name = "handle-time"
    label = _("Average handle time")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("contacts"), "count"),
        ("mean", _("mean"), "seconds"),
        ("median", _("median"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
        ("talk", _("talk"), "seconds"),
        ("hold", _("hold"), "seconds"),
        ("active", _("in the ticket"), "seconds"),
        ("wrap_up", _("after the contact"), "seconds"),
        ("share_covered", _("covered"), "share"),
        ("running", _("still running"), "count"),
    ]
    subsets: ClassVar = {
        "known": (_("with known time"), Q(is_running=False, handle_seconds__isnull=False)),
        "long": (_("more than 30 minutes"), Q(is_running=False, handle_seconds__gt=LONG_SECONDS)),
        "unknown": (_("without known time"), Q(is_running=False, handle_seconds__isnull=True)),
        "running": (_("still running"), Q(is_running=True)),
    }

    def rows(self, question: Question) -> list[Row]:
        contacts = handled_contacts(question)
        group = group_expression(question, at="started_at", columns=fact_columns(AGENT))
        if group is None:
            return named_rows(question.group_by, [finished(contacts.aggregate(**aggregates()))])
        found = contacts.annotate(group=group).order_by().values("group").annotate(**aggregates())
        return named_rows(question.group_by, [finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        is_running = Q(ends_at__gt=now())
        contacts = handled_contacts(question).annotate(is_running=is_running)
        contacts = contacts.filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=contacts.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


def aggregates() -> Mapping[str, Any]:
    """What the database counts; a contact runs until the instant of the question."""
    over = Q(ends_at__lte=now())
    return {
        "handled": Count("pk", filter=over),
        "count": Count("handle_seconds", filter=over),
        "mean": Avg("handle_seconds", filter=over),
        "percentiles": Percentiles("handle_seconds", filter=over),
        "talk": Avg("talk_seconds", filter=over),
        "hold": Avg("hold_seconds", filter=over),
        "active": Avg("active_seconds", filter=over),
        "wrap_up": Avg("wrap_up_seconds", filter=over),
        "total_seconds": Sum("handle_seconds", filter=over),
        "running": Count("pk", filter=~over),
    }


def handled_contacts(question: Question) -> QuerySet[ContactFact]:
    """The contacts that began in the period and were answered by a human, by the rules that hold for every figure."""
    contacts = ContactFact.objects.visible_to(question.user).filter(
        is_answered=True, started_at__gte=question.period.starts_at, started_at__lt=question.period.ends_at
    )
    if question.only_demo:
        contacts = contacts.filter(is_demo=True)
    elif not question.include_demo:
        contacts = contacts.filter(is_demo=False)
    found: QuerySet[ContactFact] = contacts.filter(
        question.narrowed(channel="channel", team="team_id", agent=AGENT, topic="topic_id")
    )
    return found


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered: percentiles by name, the share from its two counts."""
    median, p90 = row["percentiles"] or (None, None)
    kept = {name: row[name] for name in ("group", "count", "handled", "running", "total_seconds") if name in row}
    means = ("mean", "talk", "hold", "active", "wrap_up")
    return kept | {
        **{name: None if row[name] is None else float(row[name]) for name in means},
        "median": median,
        "p90": p90,
        "share_covered": row["count"] / row["handled"] if row["handled"] else None,
    }
