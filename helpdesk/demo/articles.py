"""The help articles of the demo: written and published through the services, with what made-up readers made of them."""

from datetime import timedelta

from helpdesk.common.clock import now
from helpdesk.demo.content.articles import ARTICLES, DemoArticle
from tickets.models import Article, ArticleFeedback, ArticleTranslation, ArticleView
from tickets.services.actors import Actor
from tickets.services.article_reading import visitor_digest
from tickets.services.articles import publish_article, save_article

READ_DAYS = 14


def write_articles(actor: Actor) -> None:
    """All of them, marked as demo."""
    for position, demo in enumerate(ARTICLES, 1):
        texts = _write(demo, actor)
        Article.objects.filter(pk=texts[0].article_id).update(is_demo=True, position=position)
        for share, text in enumerate(texts, 1):
            _read(text, demo.reads // share)
            _judge(text, demo.helped // share, demo.failed // share, demo.comment if text.language == "en" else "")


def _write(demo: DemoArticle, actor: Actor) -> list[ArticleTranslation]:
    article_id: int | None = None
    texts = []
    for language, given in demo.texts.items():
        text = save_article(
            language=language,
            title=given.title,
            body=given.body,
            keywords=given.keywords,
            article_id=article_id,
            actor=actor,
        )
        article_id = text.article_id
        texts.append(publish_article(translation_id=text.pk, actor=actor))
    return texts


def _read(text: ArticleTranslation, a_day: int) -> None:
    today = now().date()
    rows = [
        ArticleView(translation=text, on=today - timedelta(days=day), source=source, count=1 + (a_day + day) % (a_day + 2) // part)
        for day in range(1, READ_DAYS)
        for source, part in ((ArticleView.Source.PAGE, 1), (ArticleView.Source.SEARCH, 2))
    ]  # fmt: skip
    ArticleView.objects.bulk_create(rows)


def _judge(text: ArticleTranslation, helped: int, failed: int, comment: str) -> None:
    rows = [
        ArticleFeedback(
            translation=text,
            visitor=visitor_digest(f"demo {text.pk} {number}"),
            is_helpful=number < helped,
            comment=comment if number == helped else "",
            at=now() - timedelta(hours=5 * number + 1),
        )
        for number in range(helped + failed)
    ]
    ArticleFeedback.objects.bulk_create(rows)
    ArticleTranslation.objects.filter(pk=text.pk).update(helpful_count=helped, unhelpful_count=failed)
