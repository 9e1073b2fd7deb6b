"""What customers complained about."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import BigIntegerField, Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import COMMON_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Question, Row, group_expression
from reporting.models import TicketFact, sees_every_figure
from surveys.models import RecoveryCase, RecoverySignal, Response
from surveys.selectors.recovery import recovery_settings
from tickets.models import Review, Ticket


class Complaints(Metric):
    """Complaints: the tickets on which, in the period, a customer gave a low vote or wrote a bad review, and the tickets opened in
    the period whose customer wrote in anger or disappointment. A ticket is one complaint, however many of the three it is, and
    stands at the first of them in the period; the three counts beside it overlap. The cause is the root cause of the latest
    recovery case that was opened for the ticket or that its complaint was added to, and is not known where there is no case or
    nobody has found it yet. A review is bad up to the stars that are set for recovery. A low vote that is about no ticket (after
    a purchase, say) is in the satisfaction and not in here. Merged tickets, spam, tickets opened by agents and demo tickets do
    not count.
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
        "low_votes": (_("low votes"), Q(low_vote_at__isnull=False)),
        "bad_reviews": (_("bad reviews"), Q(bad_review_at__isnull=False)),
        "angry": (_("angry tickets"), Q(angry_at__isnull=False)),
        "without_case": (_("without a recovery case"), Q(case_id=None)),
    }

    def rows(self, question: Question) -> list[Row]:
        tickets = complained_tickets(question)
        group = group_expression(question, at="complained_at", columns=_COLUMNS)
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
    "low_votes": Count("pk", filter=Q(low_vote_at__isnull=False)),
    "bad_reviews": Count("pk", filter=Q(bad_review_at__isnull=False)),
    "angry": Count("pk", filter=Q(angry_at__isnull=False)),
    "with_case": Count("pk", filter=Q(case_id__isnull=False)),
}


def complained_tickets(question: Question) -> QuerySet[Ticket]:
    """The tickets with a complaint in the period that count: what each of them is, since when (``complained_at``), and why."""
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
    # Spam and merges are told from the ticket itself: its fact follows a moment later.
    tickets = seen.filter(pk__in=ids, is_spam=False, merged_into=None).exclude(
        fact__excluded_because=TicketFact.Excluded.AGENT_OPENED
    )
    if question.only_demo:
        tickets = tickets.filter(is_demo=True)
    elif not question.include_demo:
        tickets = tickets.filter(is_demo=False)
    tickets = tickets.annotate(
        low_vote_at=_first(votes, "invitation__ticket", "answered_at"),
        bad_review_at=_first(reviews, "message__ticket", "posted_at"),
        angry_at=Case(When(Q(sentiment="negative", opened_at__gte=start, opened_at__lt=end), then=F("opened_at"))),
        case_id=_latest_case(),
    )
    causes = RecoveryCase.objects.filter(pk=OuterRef("case_id")).values("root_cause_id")
    tickets = tickets.annotate(
        complained_at=Least("low_vote_at", "bad_review_at", "angry_at"),
        cause=Subquery(causes, output_field=BigIntegerField()),
    )
    narrowed = question.narrowed(
        channel="channel", team="team_id", agent="assignee_id", topic="topic_id", cause="cause"
    )
    return tickets.filter(narrowed)


def _first(rows: QuerySet[Any], ticket: str, at: str) -> Subquery:
    """The earliest ``at`` of the ticket's rows; NULL where it has none."""
    return Subquery(rows.filter(**{ticket: OuterRef("pk")}).order_by().values(ticket).annotate(at=Min(at)).values("at"))


def _latest_case() -> Greatest:
    """The ticket's last recovery case: its own, or one of another ticket that was open when it complained."""
    own = RecoveryCase.objects.filter(ticket=OuterRef("pk")).exclude(outcome="mistaken")
    added = RecoverySignal.objects.filter(ticket=OuterRef("pk")).exclude(case__outcome="mistaken")
    # Two look-ups by the ticket; one condition over both tables would read all cases for each ticket.
    return Greatest(
        Subquery(own.order_by("-pk").values("pk")[:1], output_field=BigIntegerField()),
        Subquery(added.order_by("-case_id").values("case_id")[:1], output_field=BigIntegerField()),
    )


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered; there is nothing to take a mean of."""
    return dict(row) | {"mean": None, "median": None, "p90": None}
