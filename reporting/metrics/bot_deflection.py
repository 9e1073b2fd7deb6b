"""How many talks of the bot spared a person."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.common.clock import now
from reporting.metrics.facts import facts_that_count, subset_condition
from reporting.metrics.metric import Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Question, Row, group_expression
from tickets.models import BotSession, Ticket
from tickets.selectors.bots import DEFLECTED_AFTER, talks_with_customers, with_what_was_spared

SPARED = Q(is_spared=True)
HANDED_OFF = Q(state=BotSession.State.HANDED_OFF)
SAID_SOLVED = Q(state=BotSession.State.FINISHED, result="solved")


class BotDeflection(Metric):
    """Bot deflection rate: of the bot's talks with customers that began in the period and are over for three days, the share that
    spared a person. So the customer said that the bot's answer helped, no talk about the case was handed over, and no person has
    answered the case, nor another one that the same customer opened on any channel within these three days. Beside it: how many
    were handed to a person, in how many the customer said that it helped but a person answered all the same, in how many he said
    nothing to that, and how many are not decided yet because they run or are over for less than three days; these are in no rate.

    A customer who falls silent is not counted as helped. Who is no better off and comes back to nobody, or later than after three
    days, cannot be told from one who was helped. Talks belong to the channel, team and agent of their ticket. A task that an agent gave the
    bot is no talk. Merged tickets, spam, tickets that an agent opened and demo tickets do not count.
    """

    name = "bot-deflection"
    label = _("Bot")
    columns: ClassVar = [
        ("count", _("talks"), "count"),
        ("spared", _("solved without a person"), "count"),
        ("bot_deflection_rate", _("bot deflection rate"), "share"),
        ("handed_off", _("handed to a person"), "count"),
        ("answered", _("helped, yet a person answered"), "count"),
        ("unsaid", _("customer said nothing"), "count"),
        ("running", _("not decided yet"), "count"),
    ]
    subsets: ClassVar = {
        "spared": (_("solved without a person"), SPARED),
        "handed_off": (_("handed to a person"), HANDED_OFF),
        "answered": (_("helped, yet a person answered"), SAID_SOLVED & ~SPARED),
    }

    def rows(self, question: Question) -> list[Row]:
        talks = talks_of(question)
        columns = {
            GroupBy.CHANNEL: "ticket__channel_id",
            GroupBy.TEAM: "ticket__team_id",
            GroupBy.AGENT: "ticket__assignee_id",
        }
        group = group_expression(question, at="started_at", columns=columns)
        if group is None:
            return named_rows(question.group_by, [_finished(talks.aggregate(**_sums()))])
        found = talks.annotate(group=group).order_by().values("group").annotate(**_sums())
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        talks = talks_of(question).filter(_decided()).filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=talks.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


def talks_of(question: Question) -> QuerySet[BotSession]:
    """The talks that began in the period and count, each with ``is_spared``."""
    period = question.period
    talks = talks_with_customers(since=period.starts_at, until=period.ends_at)
    talks = talks.filter(ticket_id__in=facts_that_count(question).values("ticket_id"))
    narrowed = question.narrowed(channel="ticket__channel", team="ticket__team", agent="ticket__assignee")
    return with_what_was_spared(talks.filter(narrowed))


def _decided() -> Q:
    return Q(ended_at__lte=now() - DEFLECTED_AFTER)


def _sums() -> dict[str, Any]:
    decided = _decided()
    return {
        "count": Count("pk", filter=decided),
        "spared": Count("pk", filter=decided & SPARED),
        "handed_off": Count("pk", filter=decided & HANDED_OFF),
        "answered": Count("pk", filter=decided & SAID_SOLVED & ~SPARED),
        # A talk that still runs has no end; NOT (NULL <= x) is unknown and would lose it.
        "running": Count("pk", filter=Q(ended_at__isnull=True) | Q(ended_at__gt=now() - DEFLECTED_AFTER)),
    }


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its rate; None where nothing is decided."""
    count = row["count"]
    return dict(row) | {
        "unsaid": count - row["spared"] - row["handed_off"] - row["answered"],
        "bot_deflection_rate": row["spared"] / count if count else None,
        "mean": None,
        "median": None,
        "p90": None,
    }
