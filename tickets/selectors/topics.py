"""Topics: the tree, what they are found by, and what is suggested for a ticket."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpdesk.common.remembered import Remembered
from tickets.models import Message, Ticket, Topic, TopicWord
from tickets.policies.topic_learning import LearnedTopic, Suggestion, suggest, words_of
from tickets.policies.topics import TopicKeywords, TopicMatcher

MOST_DEPTH = 4
_BETWEEN = " › "


@dataclass(frozen=True, kw_only=True)
class TopicPlace:
    """A topic in its tree. ``path``: its name behind those of the topics it is part of; ``depth``: 0 at the top."""

    topic: Topic
    depth: int
    path: str
    parents: tuple[int, ...]


def topic_tree() -> list[TopicPlace]:
    """Every topic, each behind the one it is part of, in the team's order. One query."""
    topics = list(Topic.objects.select_related("default_team").order_by("position", "name", "id"))
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    return list(_below(None, children, (), ""))


def _below(
    parent: int | None, children: Mapping[int | None, list[Topic]], parents: tuple[int, ...], path: str
) -> Iterator[TopicPlace]:
    for topic in children.get(parent, ()):
        name = f"{path}{_BETWEEN}{topic.name}" if path else topic.name
        yield TopicPlace(topic=topic, depth=len(parents), path=name, parents=parents)
        if len(parents) < MOST_DEPTH:
            yield from _below(topic.pk, children, (topic.pk, *parents), name)


def topic_choices() -> list[tuple[int, str]]:
    """(key, path) of the topics in use, in the order of the tree."""
    return [(place.topic.pk, place.path) for place in topic_tree() if place.topic.is_active]


def _load_matcher() -> TopicMatcher:
    return TopicMatcher(
        TopicKeywords(
            pk=place.topic.pk,
            parents=place.parents,
            keywords=place.topic.keywords,
            channels=frozenset(place.topic.channels),
        )
        for place in topic_tree()
        if place.topic.is_active
    )


def _load_learned() -> dict[int, LearnedTopic]:
    words: dict[int, dict[str, int]] = {}
    rows = TopicWord.objects.filter(topic__is_active=True).values_list("topic_id", "word", "count")
    for topic, word, count in rows:
        words.setdefault(topic, {})[word] = count
    return {topic: LearnedTopic(cases=known.pop("", 0), words=known) for topic, known in words.items()}


topic_matcher: Remembered[TopicMatcher] = Remembered(_load_matcher)
topic_matcher.forget_on_change(Topic)
learned_topics: Remembered[dict[int, LearnedTopic]] = Remembered(_load_learned, seconds=300)
learned_topics.forget_on_change(Topic)


def suggested_topic(ticket: Ticket) -> Suggestion | None:
    """What the team's own resolved cases suggest for a ticket that has no topic; None: nothing, or it has one. At most two queries."""
    if ticket.topic_id is not None:
        return None
    learned = learned_topics()
    if not learned:
        return None
    first = (
        Message.objects.filter(ticket_id=ticket.pk, author=Message.Author.CUSTOMER, is_auto_reply=False)
        .order_by("sort_at", "id")
        .values_list("reply_text", flat=True)
        .first()
    )
    return suggest(words_of(ticket.subject, first or ""), learned)
