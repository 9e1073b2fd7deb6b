"""What an article is beside its texts: its topic, its place, and whether readers find it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import one_line
from tickets.models import Article, DismissedQuestion, Topic
from tickets.services.actors import Actor

SETTINGS = frozenset({"topic", "position", "is_listed", "state"})
MOST_DISMISSED_WORDS = 10


@transaction.atomic
def change_article(*, article_id: int, changes: Mapping[str, Any], actor: Actor) -> Article:
    """Set what is given of SETTINGS. An archived article is shown nowhere. Raises NotVisible, InvalidInput ("invalid_article")."""
    article = Article.objects.select_for_update().filter(pk=article_id).first()
    if article is None:
        raise NotVisible("article_not_found", _("There is no such article."))
    for name, value in changes.items():
        setattr(article, name, _checked(name, value))
    article.save(update_fields=[*changes])
    return article


def _checked(name: str, value: Any) -> Any:
    if name not in SETTINGS:
        raise _fault(name, _("This cannot be changed."))
    if name == "topic" and not (value is None or isinstance(value, Topic)):
        raise _fault(name, _("There is no such topic."))
    if name == "state" and value not in Article.State.values:
        raise _fault(name, _("Choose a state."))
    if name == "position" and not 0 <= value <= 1_000_000:
        raise _fault(name, _("Give a number from 0 to 1000000."))
    return value


def _fault(field: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_article", text, fields={field: text})


def dismiss_question(*, language: str, words: Sequence[str], example: str, actor: Actor) -> DismissedQuestion:
    """No article shall be written about what such questions share; they are not told of any more. Raises InvalidInput."""
    kept = [one_line(word)[:100] for word in words if word.strip()][:MOST_DISMISSED_WORDS]
    if not kept:
        raise InvalidInput("invalid_question", _("There is nothing to dismiss."), fields={"words": "required"})
    return DismissedQuestion.objects.create(
        language=one_line(language)[:12], words=kept, example=one_line(example)[:200], at=now(), by_id=actor.user_id
    )


def take_up_question(*, dismissed_id: int, actor: Actor) -> None:
    """Tell of such questions again. Raises NotVisible."""
    deleted, _kinds = DismissedQuestion.objects.filter(pk=dismissed_id).delete()
    if not deleted:
        raise NotVisible("question_not_found", _("There is no such question."))
