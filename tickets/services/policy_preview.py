"""What a time limit would mean before it is saved: when a message would have to be answered, and how many tickets fall under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from tickets.models import Conversation, Message, Ticket
from tickets.policies.conditions import fields_of, holds
from tickets.policies.sla import METRICS, Course, Measure, course_of
from tickets.selectors.sla import active_hours, active_policies
from tickets.services.facts import TicketFacts
from tickets.services.sla_policies import TargetInput

SAMPLE_SIZE = 200
_OF_MESSAGE = frozenset({"text", "sender", "is_auto_reply", "has_attachment"})


@dataclass(frozen=True, kw_only=True)
class Example:
    """One limit for one message: the course of its clock. ``hours_id`` None: it counts around the clock."""

    target: TargetInput
    course: Course
    hours_id: int | None


@dataclass(frozen=True, kw_only=True)
class Match:
    """Of the newest ``total`` tickets ``fits`` meet the conditions; ``taken`` of these belong to a policy that stands before."""

    total: int
    fits: int
    taken: int


def example_of(
    targets: Sequence[TargetInput], *, at: datetime, priority: str, channel_id: int | None, team_id: int | None = None
) -> list[Example]:
    """The clocks that a message which comes at ``at`` would start, by the same functions that run them, in the order of the metrics."""
    hours = active_hours()
    by_team = hours.of_team.get(team_id) if team_id is not None else None
    hours_id = by_team or (hours.of_channel.get(channel_id) if channel_id is not None else None) or hours.default
    examples = []
    for metric in METRICS:
        of_metric = {target.priority: target for target in targets if target.metric == metric}
        target = of_metric.get(priority) or of_metric.get("")
        if target is None:
            continue
        counted = hours_id if target.clock == "business" else None
        course = course_of(
            started_at=at,
            pauses=(),
            seconds=target.seconds,
            warn_before_seconds=target.warn_before_seconds,
            measure=Measure(week=hours.weeks.get(counted) if counted is not None else None),
        )
        examples.append(Example(target=target, course=course, hours_id=counted))
    return examples


def count_matches(conditions: Mapping[str, Any], *, user: Any, policy_id: int | None = None) -> Match:
    """How many of the newest SAMPLE_SIZE tickets that ``user`` may see meet valid conditions.

    ``policy_id``: whose conditions they are; those of a new policy stand last. The number of statements does not grow with the tickets
    unless a condition asks for what only its message knows.
    """
    before = []
    for policy in active_policies():
        if policy.pk == policy_id:
            break
        before.append(policy.conditions)
    asked = fields_of(conditions).union(*(fields_of(one) for one in before))
    sample = _sample(user, asked)
    fits = [facts for facts in sample if holds(conditions, facts)]
    taken = sum(any(holds(one, facts) for one in before) for facts in fits)
    return Match(total=len(sample), fits=len(fits), taken=taken)


def _sample(user: Any, asked: frozenset[str]) -> list[TicketFacts]:
    # By what was said, since a closed ticket has no running conversation any more.
    is_public = Message.objects.filter(ticket=OuterRef("pk"), visibility=Conversation.Visibility.PUBLIC)
    tickets = Ticket.objects.visible_to(user).select_related("customer", "channel").prefetch_related("tags")
    newest = list(tickets.annotate(is_public=Exists(is_public)).order_by("-opened_at", "-pk")[:SAMPLE_SIZE])
    messages = _messages_of(newest) if asked & _OF_MESSAGE else {}
    return [
        TicketFacts(
            ticket,
            message=messages.get(ticket.pk),
            known={
                "visibility": "public" if ticket.is_public else "private",
                "tags": frozenset(tag.name for tag in ticket.tags.all()),
            },
        )
        for ticket in newest
    ]


def _messages_of(tickets: Sequence[Ticket]) -> dict[int, Message]:
    """The customer's last message of each ticket."""
    theirs = Message.objects.filter(ticket__in=tickets, author=Message.Author.CUSTOMER)
    last = theirs.order_by("ticket_id", "-sort_at", "-pk").distinct("ticket_id")
    return {message.ticket_id: message for message in last.select_related("author_identity")}
