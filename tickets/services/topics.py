"""Topics: kept by the team, given to tickets by keywords, rules and people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.registry import kinds
from helpdesk.common.doorbell import call_on_commit
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tickets.models import Ticket, Topic
from tickets.policies.topics import MOST_KEYWORDS, TopicMatch, clean_keywords
from tickets.selectors.topics import MOST_DEPTH, topic_matcher
from tickets.services.actors import Actor
from tickets.services.assignment import set_priority
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.scoring import mark_topic

if TYPE_CHECKING:
    from tickets.services.triage import Case

LONGEST_LANGUAGE = 12
# By whom a topic may be given; what stands later in this order is not replaced by what stands before.
SOURCES = ("", "keyword", "rule", "learned", "person")


def find_topic_step(case: "Case") -> None:
    """First of triage: a ticket without a topic gets the one that its customer's words name; team and priority as the topic says."""
    matcher = topic_matcher()
    if not matcher or case.ticket.topic_id is not None or case.ticket.topic_source == "person":
        return
    message = case.message
    if message is None or message.is_auto_reply:
        return
    text = message.reply_text or message.text
    kind = case.ticket.channel.kind
    matches = matcher.match(text=text, subject=message.subject, language=message.language, channel_kind=kind)
    if matches:
        _give(case, matches[0])


def _give(case: "Case", match: TopicMatch) -> None:
    topic = Topic.objects.filter(pk=match.topic, is_active=True).first()
    if topic is None:
        return
    give_topic(case.change, topic, source="keyword")
    case.decide("topic", {"topic": topic.pk, "words": list(match.words[:10]), "source": "keyword"})
    case.forget_facts()


def give_topic(change: TicketChange, topic: Topic | None, *, source: str) -> None:
    """Set a ticket's topic as a part of a larger verb. Its team and priority, or those of what it is part of, are taken over where
    nobody has chosen others."""
    ticket = change.ticket
    change.tell("ticket.topic_changed", {"from": ticket.topic_id, "to": topic.pk if topic else None, "source": source})
    change.set(topic_id=topic.pk if topic else None, topic_source=source)
    if topic is None:
        return
    team_id, priority = _given_by(topic)
    if team_id is not None and ticket.team_id is None and ticket.assignee_id is None:
        teams = {"from_team": None, "to_team": team_id}
        change.tell("ticket.assigned", {"from_assignee": None, "to_assignee": None, **teams})
        change.set(team_id=team_id)
    if priority and ticket.priority == Ticket.Priority.NORMAL:
        set_priority(change, priority)


def _given_by(topic: Topic) -> tuple[int | None, str]:
    """(team, priority) of the topic, or of the nearest one that it is part of and that has any."""
    team_id, priority, above, levels = topic.default_team_id, topic.default_priority, topic.parent, MOST_DEPTH
    while above is not None and levels and (team_id is None or not priority):
        team_id, priority = team_id or above.default_team_id, priority or above.default_priority
        above, levels = above.parent, levels - 1
    return team_id, priority


@transaction.atomic
def choose_topic(
    *,
    ticket_id: int,
    topic_id: int | None,
    actor: Actor,
    is_suggestion: bool = False,
    expected_version: int | None = None,
) -> Ticket:
    """Set or clear a ticket's topic by a person's hand; nothing overrides it afterwards. ``is_suggestion``: it was suggested to him.

    Raises NotVisible for an unknown ticket, InvalidInput for an unknown or retired topic, Conflict on a closed ticket, Stale.
    """
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    if ticket.status == Ticket.Status.CLOSED:
        raise Conflict("ticket_closed", _("This ticket is closed."))
    topic = Topic.objects.filter(pk=topic_id, is_active=True).first() if topic_id is not None else None
    if topic_id is not None and topic is None:
        text = _("There is no such topic.")
        raise InvalidInput("unknown_topic", text, fields={"topic": text})
    source = "learned" if is_suggestion and topic is not None else "person"
    if ticket.topic_id == topic_id and ticket.topic_source == source:
        return ticket
    change = TicketChange(ticket, actor)
    give_topic(change, topic, source=source)
    change.save()
    return ticket


def clean_topic(topic: Topic) -> None:
    """Bring a topic that is about to be saved into its valid form. Raises InvalidInput naming the field."""
    topic.name = " ".join(topic.name.split())
    if not topic.name:
        raise _fault("name", _("A topic needs a name."))
    topic.keywords = _clean_languages(topic.keywords)
    known = set(kinds())
    if not isinstance(topic.channels, list) or not set(map(str, topic.channels)) <= known:
        raise _fault("channels", _("There is no such kind of channel."))
    topic.channels = sorted(set(topic.channels))
    if topic.default_priority not in ("", *Ticket.Priority.values):
        raise _fault("default_priority", _("Priorities are low, normal, high and urgent."))
    _check_place(topic)
    double = Topic.objects.filter(parent_id=topic.parent_id, name=topic.name).exclude(pk=topic.pk)
    if double.exists():
        raise _fault("name", _("There is a topic of that name here already."))


def _clean_languages(keywords: Any) -> dict[str, list[str]]:
    if not isinstance(keywords, Mapping):
        raise _fault("keywords", _("Keywords are lists of words by language."))
    cleaned: dict[str, list[str]] = {}
    for language, words in keywords.items():
        if not isinstance(language, str) or len(language) > LONGEST_LANGUAGE or not _is_words(words):
            raise _fault("keywords", _("Keywords are lists of words by language."))
        kept = clean_keywords(words)
        if kept:
            cleaned[language.strip().lower()] = kept
    if sum(map(len, cleaned.values())) > MOST_KEYWORDS:
        raise _fault("keywords", _("A topic has at most %(most)s keywords.") % {"most": MOST_KEYWORDS})
    return cleaned


def _is_words(words: Any) -> bool:
    return isinstance(words, Sequence) and not isinstance(words, str) and all(isinstance(word, str) for word in words)


def _check_place(topic: Topic) -> None:
    above, depth = topic.parent, 1
    while above is not None:
        depth += 1
        if above.pk == topic.pk:
            raise _fault("parent", _("A topic cannot be part of itself."))
        if depth > MOST_DEPTH + 1:
            raise _fault("parent", _("Topics are at most %(most)s levels deep.") % {"most": MOST_DEPTH + 1})
        above = above.parent


def _fault(field: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_topic", text, fields={field: text})


@transaction.atomic
def save_topic(*, topic_id: int | None, values: Mapping[str, Any]) -> Topic:
    """Create a topic, or change the named columns of one. Raises NotVisible, InvalidInput naming the field.

    Tickets that have the topic are scored anew after the commit; their teams and priorities stay.
    """
    topic = Topic() if topic_id is None else Topic.objects.select_for_update().filter(pk=topic_id).first()
    if topic is None:
        raise NotVisible("topic_not_found", _("There is no such topic."))
    for name, value in values.items():
        setattr(topic, name, value)
    store_topic(topic)
    return topic


def store_topic(topic: Topic) -> None:
    """``save_topic`` for a form that has set the columns itself."""
    clean_topic(topic)
    is_new = topic.pk is None
    topic.save()
    if not is_new:
        call_on_commit(_mark, topic.pk)


def _mark(topic_id: int) -> None:
    mark_topic(topic_id=topic_id)
