"""How many unhappy customers were won back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import (
    Avg,
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Extract
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import COMMON_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Percentiles, Question, Row, group_expression
from reporting.models import TicketFact, sees_every_figure
from surveys.models import CouponCode, RecoveryCase, RecoveryStep
from tickets.models import Ticket

ENDED = Q(outcome__in=("regained", "lost", "no_answer"))
RUNNING = Q(closed_at=None)
REGAINED = Q(outcome="regained")


class Recovery(Metric):
    """Recovery rate: of the recovery cases that were opened in the period and have ended, the share whose customer was regained.
    Regained needs a done action that the customer was told of. Cases that still run are in no rate and are counted beside it;
    those that were opened by mistake do not count at all. Better score: of the cases with a vote before and after, the share
    whose second vote was better. Time to the apology is from the opening of the case, over cases with an apology; cases without
    one are left out and are not 0. The cost of a regained customer is what all codes cost that were given in the ended cases,
    over the regained customers, in the currency beside it; both are empty where the codes are in several currencies. Cases
    about merged tickets, spam, tickets opened by agents and demo tickets do not count. Cases belong to the channel, team and
    topic of their ticket and to their owner as they are now.
    """

    name = "recovery"
    label = _("Won back")
    groups = (*COMMON_GROUPS, GroupBy.TOPIC, GroupBy.MEDIUM, GroupBy.CAUSE)
    columns: ClassVar = [
        ("count", _("ended"), "count"),
        ("regained", _("regained"), "count"),
        ("share_regained", _("regained"), "share"),
        ("share_better", _("better score"), "share"),
        ("lost", _("lost"), "count"),
        ("no_answer", _("no answer"), "count"),
        ("running", _("still running"), "count"),
        ("score_before", _("score before"), "score"),
        ("score_after", _("score after"), "score"),
        ("median", _("median time to the apology"), "seconds"),
        ("cost_per_regained", _("cost of one regained"), "amount"),
        ("currency", _("currency"), "text"),
    ]
    subsets: ClassVar = {
        "regained": (_("regained"), REGAINED),
        "lost": (_("lost"), Q(outcome="lost")),
        "no_answer": (_("no answer"), Q(outcome="no_answer")),
        "running": (_("still running"), RUNNING),
    }

    def rows(self, question: Question) -> list[Row]:
        cases = counted_cases(question)
        group = group_expression(question, at="opened_at", columns=_COLUMNS)
        if group is None:
            return named_rows(question.group_by, [_finished(cases.aggregate(**AGGREGATES))])
        found = cases.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        cases = counted_cases(question).filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=cases.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


_COLUMNS: Mapping[GroupBy, str] = {
    GroupBy.CHANNEL: "ticket__channel_id",
    GroupBy.TEAM: "ticket__team_id",
    GroupBy.AGENT: "owner_id",
    GroupBy.TOPIC: "topic_id",
    GroupBy.MEDIUM: "ticket__channel__kind",
    GroupBy.CAUSE: "root_cause_id",
}
_APOLOGY = RecoveryStep.objects.filter(case=OuterRef("pk"), kind="apology", state="done")
_GIVEN = CouponCode.objects.filter(case=OuterRef("pk"), state__in=("given", "redeemed")).order_by().values("case")
_MONEY = DecimalField(max_digits=12, decimal_places=2)
BOTH = ENDED & Q(score_before__isnull=False, score_after__isnull=False)
AGGREGATES: Mapping[str, Any] = {
    "count": Count("pk", filter=ENDED),
    "regained": Count("pk", filter=REGAINED),
    "lost": Count("pk", filter=Q(outcome="lost")),
    "no_answer": Count("pk", filter=Q(outcome="no_answer")),
    "running": Count("pk", filter=RUNNING),
    "voted_twice": Count("pk", filter=BOTH),
    "better": Count("pk", filter=BOTH & Q(score_after__gt=F("score_before"))),
    # Names of their own: a later aggregate would take one of a column's name for the column.
    "before": Avg("score_before", filter=BOTH),
    "after": Avg("score_after", filter=BOTH),
    "mean": Avg("apology_seconds"),
    "percentiles": Percentiles("apology_seconds"),
    "spent": Sum("cost", filter=ENDED),
    "first_currency": Min("lowest_currency", filter=ENDED),
    "last_currency": Max("highest_currency", filter=ENDED),
}


def counted_cases(question: Question) -> QuerySet[RecoveryCase]:
    """The cases opened in the period that are in a figure, with ``apology_seconds``, ``cost`` and the currencies of each: they differ
    where its codes are in several."""
    seen = (
        RecoveryCase.objects.all()
        if sees_every_figure(question.user)
        else RecoveryCase.objects.visible_to(question.user)
    )
    cases = seen.filter(opened_at__gte=question.period.starts_at, opened_at__lt=question.period.ends_at)
    cases = cases.filter(Q(ticket=None) | Q(ticket__is_spam=False, ticket__merged_into=None))
    cases = cases.exclude(outcome="mistaken").exclude(ticket__fact__excluded_because=TicketFact.Excluded.AGENT_OPENED)
    if question.only_demo:
        cases = cases.filter(is_demo=True)
    elif not question.include_demo:
        cases = cases.filter(is_demo=False)
    waited = ExpressionWrapper(Subquery(_APOLOGY.values("at")[:1]) - F("opened_at"), output_field=DurationField())
    cost = Subquery(_GIVEN.annotate(total=Sum("cost")).values("total"), output_field=_MONEY)
    cases = cases.annotate(
        apology_seconds=ExpressionWrapper(Extract(waited, "epoch"), output_field=FloatField()),
        cost=Coalesce(cost, Value(Decimal(0), _MONEY)),
        lowest_currency=Subquery(_GIVEN.annotate(word=Min("incentive__currency")).values("word")),
        highest_currency=Subquery(_GIVEN.annotate(word=Max("incentive__currency")).values("word")),
    )
    return cases.filter(
        question.narrowed(
            channel="ticket__channel", team="ticket__team_id", agent="owner_id", topic="topic_id", cause="root_cause_id"
        )
    )


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered: percentiles by name, shares from their two counts, the cost where it is of one currency."""
    median, p90 = row["percentiles"] or (None, None)
    is_one_currency = row["first_currency"] == row["last_currency"]
    spent = row["spent"] if is_one_currency else None
    cost = float(spent / row["regained"]) if spent is not None and row["regained"] else None
    kept = ("group", "count", "regained", "lost", "no_answer", "running", "mean")
    return {name: row[name] for name in kept if name in row} | {
        "score_before": row["before"],
        "score_after": row["after"],
        "median": median,
        "p90": p90,
        "share_regained": row["regained"] / row["count"] if row["count"] else None,
        "share_better": row["better"] / row["voted_twice"] if row["voted_twice"] else None,
        "cost_per_regained": cost,
        "currency": row["first_currency"] if is_one_currency and cost is not None else None,
    }
