"""What the help pages say to what a visitor is about to write, before his first message."""

from typing import Any

from channels_app.models import Channel
from helpdesk.common.errors import NotVisible
from helpdesk.common.text import one_line
from tickets.models import ArticleView
from tickets.selectors.articles import Found, find_articles
from tickets.selectors.help_pages import published
from tickets.services.article_reading import give_feedback
from tickets.services.help_visits import digests_of, judge_of, note_judgement, note_read

MOST_SUGGESTED = 3
# A question is said in its first words; what follows are the circumstances.
LONGEST_QUESTION = 300


def suggests_articles(channel: Channel) -> bool:
    """Whether this chat suggests any. Not where consent is asked for: nothing leaves the page before that is given."""
    is_wanted = not channel.config.get("no_articles") and not channel.config.get("needs_consent")
    return is_wanted and published().filter(article__is_listed=True).exists()


def fitting_articles(channel: Channel, *, text: str, language: str) -> list[Found]:
    """The listed articles that answer ``text``, best first; none is better than one that does not fit. Keeps nothing."""
    question = one_line(text)[:LONGEST_QUESTION]
    if not question or not suggests_articles(channel):
        return []
    found = find_articles(query=question, language=language, limit=MOST_SUGGESTED, only_listed=True)
    return [one for one in found if one.fits]


def article_json(found: Found) -> dict[str, Any]:
    """As the widget shows it. The address says where the reader came from."""
    return {
        "id": found.translation_id,
        "title": found.title,
        "language": found.language,
        "url": f"{found.url}?from=chat",
    }


def note_helped(*, translation_id: int, address: str, browser: str) -> None:
    """The visitor says that a suggested article helped: a read, and a judgement, as on the help pages. Raises NotVisible."""
    if not published().filter(pk=translation_id).exists():
        raise NotVisible("unknown_article", "There is no such article.")
    digests = digests_of(address=address, browser=browser)
    note_read(translation_id=translation_id, source=ArticleView.Source.WIDGET, digests=digests)
    judge = judge_of(translation_id=translation_id, address=address, browser=browser)
    give_feedback(translation_id=translation_id, visitor=judge, is_helpful=True)
    note_judgement(digests=digests, is_helpful=True)
