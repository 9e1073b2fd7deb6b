"""How many callers went on in writing."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Question, Row, group_expression
from reporting.models import sees_every_figure
from tickets.models import Call, Ticket

ANSWERED = Q(answered_at__isnull=False)
DEFLECTED = Q(is_deflected=True)
LEFT_MESSAGE = Q(choice="voicemail", is_deflected=False, answered_at__isnull=True)
CALLED_BACK = Q(choice="callback", is_deflected=False, answered_at__isnull=True)
MISSED = Q(is_deflected=False, answered_at__isnull=True) & ~Q(choice__in=["voicemail", "callback"])


class Deflection(Metric):
    """Deflection rate: of the calls of the period that are over and whose caller heard the menu, the share that went on in
    writing, because the caller chose so and the message to him was put on its way. Calls that still run are in no rate and are
    counted beside it, as are those that an agent answered, that asked for a call back, that ended in the voicemail, and that
    were missed. Waiting is the time in the queue until an agent answered. A caller who never heard the menu does not count; nor
    do calls on merged tickets, spam and demo tickets.
    """

    name = "deflection"
    label = _("Call deflection")
    columns: ClassVar = [
        ("count", _("calls"), "count"),
        ("deflected", _("went on in writing"), "count"),
        ("deflection_rate", _("deflection rate"), "share"),
        ("answered", _("answered"), "count"),
        ("call_back", _("call back"), "count"),
        ("voicemail", _("voicemail"), "count"),
        ("missed", _("missed"), "count"),
        ("mean", _("mean wait"), "seconds"),
        ("running", _("still running"), "count"),
    ]
    subsets: ClassVar = {
        "deflected": (_("went on in writing"), DEFLECTED),
        "answered": (_("answered"), ANSWERED),
        "missed": (_("missed"), MISSED),
    }

    def rows(self, question: Question) -> list[Row]:
        calls = calls_with_menu(question)
        columns = {
            GroupBy.CHANNEL: "channel_id",
            GroupBy.TEAM: "message__ticket__team_id",
            GroupBy.AGENT: "agent_id",
        }
        group = group_expression(question, at="started_at", columns=columns)
        if group is None:
            return named_rows(question.group_by, [_finished(calls.aggregate(**AGGREGATES))])
        found = calls.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        calls = calls_with_menu(question).filter(OVER).filter(subset_condition(self, question))
        started = calls.filter(message__ticket=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=calls.values("message__ticket_id"))
        tickets = tickets.annotate(called_at=Subquery(started))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


OVER = Q(ended_at__isnull=False)
_WAIT = ExpressionWrapper(F("answered_at") - F("queued_at"), output_field=DurationField())
AGGREGATES: Mapping[str, Any] = {
    "count": Count("pk", filter=OVER),
    "deflected": Count("pk", filter=OVER & DEFLECTED),
    "answered": Count("pk", filter=OVER & ANSWERED),
    "call_back": Count("pk", filter=OVER & CALLED_BACK),
    "voicemail": Count("pk", filter=OVER & LEFT_MESSAGE),
    "missed": Count("pk", filter=OVER & MISSED),
    "running": Count("pk", filter=~OVER),
    "wait": Avg(_WAIT, filter=OVER & ANSWERED & Q(queued_at__isnull=False)),
}


def calls_with_menu(question: Question) -> QuerySet[Call]:
    """The calls of the period whose caller heard the menu, and that count."""
    calls = Call.objects.all() if sees_every_figure(question.user) else Call.objects.visible_to(question.user)
    calls = calls.filter(
        heard_menu_at__isnull=False,
        started_at__gte=question.period.starts_at,
        started_at__lt=question.period.ends_at,
        message__ticket__is_spam=False,
        message__ticket__merged_into=None,
    )
    if question.only_demo:
        calls = calls.filter(message__ticket__is_demo=True)
    elif not question.include_demo:
        calls = calls.filter(message__ticket__is_demo=False)
    return calls.filter(question.narrowed(channel="channel", team="message__ticket__team", agent="agent"))


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered: the rate from its two counts, the wait in seconds. Median and p90 say nothing here."""
    wait = row["wait"]
    return {name: value for name, value in row.items() if name != "wait"} | {
        "mean": None if wait is None else wait.total_seconds(),
        "median": None,
        "p90": None,
        "deflection_rate": row["deflected"] / row["count"] if row["count"] else None,
    }
