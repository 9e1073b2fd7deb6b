"""How many cases were solved at the first contact."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from helpdesk.common.clock import now
from reporting.metrics.facts import counted_facts, fact_columns, subset_condition, tickets_behind
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Question, Row, group_expression
from reporting.models import TicketFact, TicketFactQuerySet
from tickets.models import Ticket

AGENT = "agent_id"
FINAL, PROVISIONAL, CAME_BACK, LATER, UNRESOLVED = "final", "provisional", "came_back", "later", "unresolved"


class FirstContactResolution(Metric):
    """First contact resolution: of the cases that were opened in the period and handled (a human has answered, or the bot
    has given the case to people and one of them has taken it; a rule that gave it out is not enough), the share that was
    solved at the first contact. At the first contact means: resolved while there was one contact (a run of messages or
    calls without a gap over the channel's session gap, a snooze or a hold), without a hand-over to another team or to a
    lead, never reopened, and the same customer has opened no further case on the same topic, on any channel, until some
    days after it was resolved (7 unless set otherwise; two cases without a topic are taken for the same, and a case that
    follows up another always is). How many messages were needed and how long it took plays no part; cases that nobody
    answered are not handled; those that are not resolved are. The second share is of the handled cases that are resolved
    now, so not of those that were reopened and are still open; the plain number stands beside both. A case whose days are
    not over yet counts, and how many of these there are is shown as provisional.
    """

    name = "first-contact-resolution"
    label = _("First contact resolution")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("handled"), "count"),
        ("first_contact", _("at the first contact"), "count"),
        ("share_of_handled", _("of those handled"), "share"),
        ("share_of_resolved", _("of those resolved"), "share"),
        ("provisional", _("of these provisional"), "count"),
        ("came_back", _("came back with it"), "count"),
        ("resolved", _("resolved"), "count"),
        ("unresolved", _("not resolved yet"), "count"),
    ]
    subsets: ClassVar = {
        "first": (_("at the first contact"), Q(outcome__in=(FINAL, PROVISIONAL))),
        "provisional": (_("provisional"), Q(outcome=PROVISIONAL)),
        "came_back": (_("came back with it"), Q(outcome=CAME_BACK)),
        "later": (_("resolved, not at the first contact"), Q(outcome=LATER)),
        "unresolved": (_("not resolved yet"), Q(outcome=UNRESOLVED)),
    }

    def rows(self, question: Question) -> list[Row]:
        cases = handled_cases(question)
        group = group_expression(question, at="opened_at", columns=fact_columns(AGENT))
        if group is not None:
            cases = cases.annotate(group=group)
        by = ("outcome",) if group is None else ("group", "outcome")
        # Each case is judged once: what it was is counted, the shares follow from the counts.
        found = cases.order_by().values(*by).annotate(number=Count("*"))
        return named_rows(question.group_by, finished(found, is_grouped=group is not None))

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        return tickets_behind(question, handled_cases(question).filter(subset_condition(self, question)))


def handled_cases(question: Question) -> TicketFactQuerySet:
    """The handled cases of the period with their ``outcome``: final, provisional (both at the first contact), came_back, later
    (resolved, but not at the first contact), unresolved."""
    window = timedelta(days=settings.HELPDESK_FIRST_CONTACT_DAYS)
    is_open_window = Q(last_resolved_at__gt=now() - window)
    at_first = Case(
        When(Exists(_further_cases(window)), then=Value(CAME_BACK)),
        When(is_open_window, then=Value(PROVISIONAL)),
        default=Value(FINAL),
        output_field=CharField(),
    )
    outcome = Case(
        When(is_first_contact=True, then=at_first),
        When(last_resolved_at__isnull=True, then=Value(UNRESOLVED)),
        default=Value(LATER),
        output_field=CharField(),
    )
    return counted_facts(question, agent=AGENT).filter(is_handled=True).annotate(outcome=outcome)


def _further_cases(window: timedelta) -> QuerySet[TicketFact]:
    """What the customer of a case (OuterRef) opened after it, up to the window behind its resolution, about the same."""
    own = {"customer_id": OuterRef("customer_id"), "is_demo": OuterRef("is_demo"), "excluded_because": ""}
    further = TicketFact.objects.filter(
        **own, opened_at__gt=OuterRef("opened_at"), opened_at__lte=OuterRef("last_resolved_at") + window
    )
    same = Q(about=Coalesce(OuterRef("topic_id"), 0)) | Q(follow_up_of=OuterRef("ticket_id"))
    found: QuerySet[TicketFact] = further.alias(about=Coalesce(F("topic_id"), 0)).filter(same)
    return found


def finished(found: Iterable[Mapping[str, Any]], *, is_grouped: bool) -> list[dict[str, Any]]:
    """One row a group from the counts of each outcome; without a grouping exactly one."""
    counts: dict[Any, dict[str, int]] = {} if is_grouped else {None: {}}
    for row in found:
        counts.setdefault(row.get("group"), {})[row["outcome"]] = row["number"]
    return [{**({"group": group} if is_grouped else {}), **_row(of)} for group, of in counts.items()]


def _row(of: Mapping[str, int]) -> dict[str, Any]:
    handled, first = sum(of.values()), of.get(FINAL, 0) + of.get(PROVISIONAL, 0)
    resolved = handled - of.get(UNRESOLVED, 0)
    return {
        "count": handled,
        "mean": None,
        "median": None,
        "p90": None,
        "first_contact": first,
        "share_of_handled": first / handled if handled else None,
        "share_of_resolved": first / resolved if resolved else None,
        "provisional": of.get(PROVISIONAL, 0),
        "came_back": of.get(CAME_BACK, 0),
        "resolved": resolved,
        "unresolved": of.get(UNRESOLVED, 0),
    }
