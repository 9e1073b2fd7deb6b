"""What customers complained about."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import COMMON_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Question, Row, group_expression
from reporting.models import sees_every_figure
from surveys.models import RecoveryCase, Response
from surveys.selectors.recovery import recovery_settings
from tickets.models import Review, Ticket


class Complaints(Metric):
    """Complaints: the tickets on which, in the period, a customer gave a low vote or wrote a bad review, and the tickets opened in
    the period whose customer wrote in anger or disappointment. A ticket is one complaint, however many of the three it is; the
    three counts beside it overlap. The cause is the root cause of its latest recovery case, and is not known where there is no
    case or nobody has found it yet. A review is bad up to the stars that are set for recovery. Merged tickets, spam and demo
    tickets do not count.
    """

    name = "complaints"
    label = _("Complaints")
    groups = (*COMMON_GROUPS, GroupBy.TOPIC, GroupBy.MEDIUM, GroupBy.CAUSE)
    columns: ClassVar = [
        ("count", _("complaints"), "count"),
        ("low_votes", _("low votes"), "count"),
        ("bad_reviews", _("bad reviews"), "count"),
        ("angry", _("angry tickets"), "count"),
        ("with_case", _("with a recovery case"), "count"),
    ]
    subsets: ClassVar = {
        "low_votes": (_("low votes"), Q(has_low_vote=True)),
        "bad_reviews": (_("bad reviews"), Q(has_bad_review=True)),
        "angry": (_("angry tickets"), Q(is_angry=True)),
        "without_case": (_("without a recovery case"), Q(has_case=False)),
    }

    def rows(self, question: Question) -> list[Row]:
        tickets = complained_tickets(question)
        group = group_expression(question, at="opened_at", columns=_COLUMNS)
        if group is None:
            return named_rows(question.group_by, [_finished(tickets.aggregate(**AGGREGATES))])
        found = tickets.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        complained = complained_tickets(question).filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=complained.values("pk"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


_COLUMNS: Mapping[GroupBy, str] = {
    GroupBy.CHANNEL: "channel_id",
    GroupBy.TEAM: "team_id",
    GroupBy.AGENT: "assignee_id",
    GroupBy.TOPIC: "topic_id",
    GroupBy.MEDIUM: "channel__kind",
    GroupBy.CAUSE: "cause",
}
AGGREGATES: Mapping[str, Any] = {
    "count": Count("pk"),
    "low_votes": Count("pk", filter=Q(has_low_vote=True)),
    "bad_reviews": Count("pk", filter=Q(has_bad_review=True)),
    "angry": Count("pk", filter=Q(is_angry=True)),
    "with_case": Count("pk", filter=Q(has_case=True)),
}


def complained_tickets(question: Question) -> QuerySet[Ticket]:
    """The tickets with a complaint in the period that count, and what each of them is."""
    start, end = question.period.starts_at, question.period.ends_at
    votes = Response.objects.filter(is_low=True, answered_at__gte=start, answered_at__lt=end)
    reviews = Review.objects.filter(
        stars__lte=recovery_settings().bad_review_up_to, posted_at__gte=start, posted_at__lt=end, deleted_at=None
    )
    angry = Ticket.objects.filter(sentiment="negative", opened_at__gte=start, opened_at__lt=end)
    # Each of the three is found by its own time; a condition over all of them would look at every ticket.
    ids = votes.exclude(invitation__ticket=None).values("invitation__ticket_id")
    ids = ids.union(reviews.values("message__ticket_id"), angry.values("pk"))
    seen = Ticket.objects.all() if sees_every_figure(question.user) else Ticket.objects.visible_to(question.user)
    tickets = seen.filter(pk__in=ids, is_spam=False, merged_into=None)
    if question.only_demo:
        tickets = tickets.filter(is_demo=True)
    elif not question.include_demo:
        tickets = tickets.filter(is_demo=False)
    is_angry = Q(sentiment="negative", opened_at__gte=start, opened_at__lt=end)
    cases = RecoveryCase.objects.filter(ticket=OuterRef("pk")).exclude(outcome="mistaken").order_by("-opened_at")
    tickets = tickets.annotate(
        has_low_vote=Exists(votes.filter(invitation__ticket=OuterRef("pk"))),
        has_bad_review=Exists(reviews.filter(message__ticket=OuterRef("pk"))),
        is_angry=Case(When(is_angry, then=Value(True)), default=Value(False)),
        has_case=Exists(cases),
        cause=Subquery(cases.values("root_cause_id")[:1], output_field=IntegerField()),
    )
    narrowed = question.narrowed(
        channel="channel", team="team_id", agent="assignee_id", topic="topic_id", cause="cause"
    )
    return tickets.filter(narrowed)


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered; there is nothing to take a mean of."""
    return dict(row) | {"mean": None, "median": None, "p90": None}
