"""A bot's answer in words of its own, from the given articles alone: asked of the language model, and believed in nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.models import ArticleTranslation, BotSession
from tickets.policies.article_text import plain_text
from tickets.policies.llm_text import Given, bot_prompt, checked_bot_answer
from tickets.services.llm import LLMUnavailable, ask, is_on


@dataclass(frozen=True, kw_only=True)
class Worded:
    """What may be said, and the article that it names first; an empty text where nothing may be said."""

    text: str = ""
    translation_id: int | None = None


def is_wording_on() -> bool:
    """Whether bots may ask the model."""
    return is_on("bot")


def word_answer(*, session_id: int, question: str, articles: Sequence[int]) -> Worded:
    """The checked answer to the customer's question; empty where the model fails or says what it may not. No rows are locked."""
    session = BotSession.objects.only("ticket_id", "language").get(pk=session_id)
    rows = ArticleTranslation.objects.filter(pk__in=articles, published__isnull=False).select_related("published")
    texts = {row.pk: row.published for row in rows if row.published is not None}
    known = [pk for pk in articles if pk in texts]
    given = [Given(title=texts[pk].title, text=plain_text(texts[pk].body)) for pk in known]
    if not given:
        return Worded()
    try:
        answer = ask(
            bot_prompt(question=question, articles=given, language=session.language),
            purpose="bot",
            ticket_id=session.ticket_id,
        )
    except LLMUnavailable:
        return Worded()
    checked = checked_bot_answer(answer, articles=given, language=session.language)
    return Worded(text=checked[0], translation_id=known[checked[1]]) if checked is not None else Worded()
