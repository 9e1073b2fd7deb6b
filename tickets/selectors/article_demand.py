"""Repeated questions without an article: what was searched in vain, and what solved cases began with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from helpdesk.common.clock import now
from helpdesk.common.text import preview
from tickets.models import ArticleSearch, DismissedQuestion, Message, Ticket
from tickets.policies.article_demand import Asked, Repeated, is_same_matter, repeated_questions
from tickets.policies.article_match import THRESHOLD
from tickets.policies.texts import base_of
from tickets.selectors.articles import find_articles

LOOK_BACK = timedelta(days=90)
MOST_SEARCHES = 300
MOST_TICKETS = 300
MOST_GROUPS = 20
EXAMPLES = 3
# An article answers a matter when it answers so many of its newest questions.
_TRIED = 3


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A matter that needs an article. ``answer_from``: the ticket with the team's own best answer, None where it never gave one."""

    repeated: Repeated
    examples: tuple[str, ...]
    searches: int
    tickets: int
    answer_from: int | None

    @property
    def title(self) -> str:
        """What to begin the article with: the shortest way somebody put it."""
        return min(self.examples, key=len)[:200]

    @property
    def public_name(self) -> str:
        """What a dismissed matter is called, also for whoever may not read its tickets: a search, else the words that are shared."""
        searched = [one.text for one in self.repeated.questions if one.ticket_id is None]
        return (min(searched, key=len) if searched else " · ".join(self.repeated.words))[:200]


def wanted_articles(user: Any) -> list[Wanted]:
    """What comes again and again and no article answers, most frequent first, out of what this user may read."""
    dismissed = [(base_of(row.language), frozenset(row.words)) for row in DismissedQuestion.objects.all()[:500]]
    groups = [group for group in repeated_questions(_asked(user)) if not _is_dismissed(group, dismissed)]
    found: list[Wanted] = []
    for group in groups[: 2 * MOST_GROUPS]:
        if len(found) < MOST_GROUPS and not _is_answered(group):
            found.append(_wanted(group))
    return found


def _asked(user: Any) -> list[Asked]:
    tickets = Ticket.objects.visible_to(user)
    searches = ArticleSearch.objects.filter(at__gte=now() - LOOK_BACK, score__lt=THRESHOLD).filter(
        Q(message=None) & ~Q(query="") | Q(message__ticket__in=tickets)
    )
    rows = searches.order_by("-at").values_list("query", "message__text", "language", "at", "message__ticket_id")
    found = [
        Asked(text=query or text or "", language=language, at=at, ticket_id=ticket)
        for query, text, language, at, ticket in rows[:MOST_SEARCHES]
    ]
    known = {one.ticket_id for one in found}
    return found + [one for one in _first_messages(tickets) if one.ticket_id not in known]


def _first_messages(tickets: QuerySet[Ticket]) -> Iterable[Asked]:
    """Of cases that a person has solved; spam, merged and made-up ones teach nothing."""
    solved = tickets.filter(
        status__in=["resolved", "closed"], opened_at__gte=now() - LOOK_BACK, is_spam=False, merged_into=None,
        is_demo=False, first_response_at__isnull=False,
    ).order_by("-id")[:MOST_TICKETS]  # fmt: skip
    chosen = {ticket.pk: ticket for ticket in solved}
    first = (
        Message.objects.filter(ticket__in=chosen, direction="in", kind="message")
        .order_by("ticket_id", "sort_at", "id")
        .distinct("ticket_id")
        .values_list("ticket_id", "text", "sort_at")
    )
    return [
        Asked(text=f"{chosen[pk].subject}\n{text}", language=chosen[pk].language, at=at, ticket_id=pk)
        for pk, text, at in first
    ]


def _is_dismissed(group: Repeated, dismissed: list[tuple[str, frozenset[str]]]) -> bool:
    words = frozenset(group.words)
    return any(language == group.language and is_same_matter(words, other) for language, other in dismissed)


def _is_answered(group: Repeated) -> bool:
    """By an article as it is today, written since or not."""
    for question in group.questions[:_TRIED]:
        found = find_articles(query=question.text[:2000], language=question.language, limit=1)
        if found and found[0].fits:
            return True
    return False


def _wanted(group: Repeated) -> Wanted:
    texts = dict.fromkeys(preview(one.text.strip(), 140) for one in group.questions)
    ticket_ids = {one.ticket_id for one in group.questions if one.ticket_id is not None}
    answer = best_answers(ticket_ids).values_list("ticket_id", flat=True).first()
    return Wanted(
        repeated=group,
        examples=tuple(list(texts)[:EXAMPLES]),
        searches=sum(one.ticket_id is None for one in group.questions),
        tickets=len(ticket_ids),
        answer_from=answer,
    )


def best_answers(ticket_ids: Iterable[int]) -> QuerySet[Message]:
    """What people of the team wrote to the customers of these cases: cases that stayed solved first, newest first."""
    written = Message.objects.filter(
        ticket__in=list(ticket_ids), direction="out", kind="message", author=Message.Author.AGENT
    )
    earlier = written.filter(ticket=OuterRef("ticket"), sort_at__lt=OuterRef("sort_at"))
    return written.filter(~Exists(earlier)).order_by("ticket__reopen_count", "-sort_at")
