"""Quick replies and macros: who may write which, and what fits a ticket best."""

from collections.abc import Collection
from typing import Any, Literal

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)  # fmt: skip
from django.db.models.expressions import OrderBy

from helpdesk.common.text import one_line
from tickets.models import Macro, QuickReply, QuickReplyUse, QuickReplyVariant, Scope, Team, TeamMembership, Topic
from tickets.selectors.teams import visible_teams

MOST_SUGGESTIONS = 30
MOST_MACROS = 100
LONGEST_QUERY = 100
_SIMILAR_ENOUGH = 0.5
_NOT_FOUND = 9

Kind = Literal["quickreply", "macro"]


def writable_teams(user: Any) -> QuerySet[Team]:
    """The teams that somebody may write texts for: his own, and all that he sees where he sets teams up."""
    if user.has_perm("tickets.view_every_ticket") or user.has_perm("tickets.add_team"):
        return visible_teams(user)
    return Team.objects.filter(pk__in=TeamMembership.objects.filter(user=user.pk).values("team_id"))


def may_write(user: Any, kind: Kind, *, scope: str, owner_id: int | None, team_id: int | None) -> bool:
    """Whether somebody may write a text or macro of this scope: his own ones, and with the right to share those of teams and all."""
    if not user.has_perm(f"tickets.change_{kind}"):
        return False
    if scope == Scope.PERSONAL:
        return owner_id == user.pk
    if not user.has_perm(f"tickets.share_{kind}"):
        return False
    return scope == Scope.SHARED or writable_teams(user).filter(pk=team_id or 0).exists()


def topics_of(topic_id: int | None) -> list[int]:
    """A topic and all that it is part of; [] for none."""
    if topic_id is None:
        return []
    parents = dict(Topic.objects.values_list("pk", "parent_id"))
    found: list[int] = []
    current: int | None = topic_id
    while current is not None and current in parents and current not in found:
        found.append(current)
        current = parents[current]
    return found


def suggest_quick_replies(
    user: Any,
    *,
    query: str = "",
    language: str = "",
    channel_kind: str = "",
    topic_ids: Collection[int] = (),
    most: int = MOST_SUGGESTIONS,
) -> list[QuickReply]:
    """The active ones that fit best, with their variants: at most ``most``.

    Without a query those in the reader's language first; among them by topic, then by when this person last sent one, then by how often
    it is sent. A query finds shortcuts first, then beginnings of titles, words in titles and texts, and titles that are spelt alike.
    """
    uses = QuickReplyUse.objects.filter(quick_reply=OuterRef("pk"), user_id=user.pk)
    rows = (
        QuickReply.objects.visible_to(user)
        .filter(is_active=True)
        .annotate(
            my_last_use=Subquery(uses.values("last_used_at")[:1], output_field=DateTimeField()),
            is_on_topic=_on_topic(topic_ids),
            is_spoken=Case(
                When(_speaks(language, channel_kind), then=True), default=False, output_field=BooleanField()
            ),
        )
    )
    order: list[str | OrderBy] = ["-is_on_topic", F("my_last_use").desc(nulls_last=True), "-use_count", "title", "id"]
    words = one_line(query)[:LONGEST_QUERY].removeprefix("/")
    if not words:
        return list(rows.order_by("-is_spoken", *order).prefetch_related("variants")[:most])
    similarity = TrigramWordSimilarity(words, "title", output_field=FloatField())
    found = rows.annotate(similarity=similarity).annotate(rank=_rank(words)).filter(rank__lt=_NOT_FOUND)
    return list(found.order_by("rank", "-is_spoken", *order).prefetch_related("variants")[:most])


def _on_topic(topic_ids: Collection[int]) -> Any:
    if not topic_ids:
        return Value(False, BooleanField())
    return Exists(QuickReply.topics.through.objects.filter(quickreply_id=OuterRef("pk"), topic_id__in=list(topic_ids)))


def _speaks(language: str, channel_kind: str) -> Q:
    base = language.replace("_", "-").partition("-")[0]
    if not base:
        return Q(pk__isnull=False)
    own = Q(language__iexact=base) | Q(language__istartswith=f"{base}-") | Q(language__istartswith=f"{base}_")
    kinds = ["", channel_kind] if channel_kind else [""]
    variants = QuickReplyVariant.objects.filter(own, quick_reply=OuterRef("pk"), channel_kind__in=kinds)
    return Q(language="") | own | Q(Exists(variants))


def _rank(words: str) -> Case:
    contains = Q()
    for word in words.split():
        in_variant = QuickReplyVariant.objects.filter(quick_reply=OuterRef("pk"), text__icontains=word)
        contains &= (
            Q(title__icontains=word) | Q(shortcut__icontains=word) | Q(text__icontains=word) | Q(Exists(in_variant))
        )
    return Case(
        When(shortcut__iexact=words, then=0),
        When(shortcut__istartswith=words, then=1),
        When(title__istartswith=words, then=2),
        When(title__icontains=f" {words}", then=3),
        When(contains, then=4),
        When(similarity__gte=_SIMILAR_ENOUGH, then=5),
        default=_NOT_FOUND,
        output_field=IntegerField(),
    )


def runnable_macros(user: Any) -> QuerySet[Macro]:
    """The active macros that somebody finds, without those whose answer he may not see (any more)."""
    rows: QuerySet[Macro] = Macro.objects.visible_to(user).filter(is_active=True)
    seen = QuickReply.objects.visible_to(user).order_by().values("pk")
    return rows.filter(Q(quick_reply=None) | Q(quick_reply__in=seen))


def offered_macros(user: Any) -> list[Macro]:
    """The macros of somebody in their order, with their answers and those answers' variants."""
    rows = runnable_macros(user).select_related("quick_reply").order_by("position", "name", "id")
    return list(rows.prefetch_related("quick_reply__variants")[:MOST_MACROS])
