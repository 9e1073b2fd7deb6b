"""How many visits of the help pages spared a contact."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.common.clock import now
from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Question, Row, group_expression
from tickets.models import HelpVisit, Ticket
from tickets.services.help_visits import CONTACT_WITHIN

CONTACTED = Q(contacted_at__isnull=False)
_BY_TIME = (GroupBy.DAY, GroupBy.WEEK, GroupBy.MONTH, GroupBy.HOUR)
HELPED = Q(is_helpful=True, contacted_at__isnull=True)


class HelpDeflection(Metric):
    """Self-service rate: of the visits of the help pages that began in the period and are over, the share that no contact followed.
    A visit is the reading of at least one article, ends with a pause of 30 minutes, and is over 24 hours after its last read. A contact
    is a message in the web chat, or following a link of the help pages to the contact page. Beside it: how many were followed by a
    contact, how many said that the article helped and wrote no message, and how many visits are not over yet, which are in no rate.

    What cannot be seen: a visitor who writes by mail, messenger or telephone without passing the contact page, who comes back from another
    network or browser or after more than a day, or whose browser runs no script. So the rate is an upper bound; the visits that said "it
    helped" are the lower one. Visits belong to no channel, team or agent: told apart by these they stand
    under none, and narrowed by one there are none. They are kept for 400 days; of the time before nothing is known.
    """

    name = "help-deflection"
    label = _("Help pages")
    columns: ClassVar = [
        ("count", _("visits"), "count"),
        ("spared", _("no contact followed"), "count"),
        ("self_service_rate", _("self-service rate"), "share"),
        ("contacted", _("a contact followed"), "count"),
        ("helped", _("said that it helped"), "count"),
        ("helped_rate", _("share that said so"), "share"),
        ("running", _("not over yet"), "count"),
    ]
    subsets: ClassVar = {"contacted": (_("a contact followed"), CONTACTED)}

    def rows(self, question: Question) -> list[Row]:
        visits = visits_of(question)
        over = Q(last_read_at__lt=now() - CONTACT_WITHIN)
        sums: dict[str, Any] = {
            "count": Count("pk", filter=over),
            "spared": Count("pk", filter=over & ~CONTACTED),
            "contacted": Count("pk", filter=over & CONTACTED),
            "helped": Count("pk", filter=over & HELPED),
            "running": Count("pk", filter=~over),
        }
        if question.group_by not in _BY_TIME:
            return named_rows(question.group_by, [_finished(visits.aggregate(**sums)) | {"group": None}])
        group = group_expression(question, at="started_at", columns={})
        found = visits.annotate(group=group).order_by().values("group").annotate(**sums)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        """Those that visits led to, as far as the web chat tells."""
        visits = visits_of(question).filter(subset_condition(self, question)).filter(ticket__isnull=False)
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=visits.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


def visits_of(question: Question) -> QuerySet[HelpVisit]:
    """The visits that began in the period. Nobody made up reads, so that there are no demo visits."""
    if question.channel or question.team or question.agent or question.only_demo:
        return HelpVisit.objects.none()
    period = question.period
    return HelpVisit.objects.filter(started_at__gte=period.starts_at, started_at__lt=period.ends_at)


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its rates; None where nothing is over."""
    count = row["count"]
    return dict(row) | {
        "self_service_rate": row["spared"] / count if count else None,
        "helped_rate": row["helped"] / count if count else None,
        "mean": None,
        "median": None,
        "p90": None,
    }
