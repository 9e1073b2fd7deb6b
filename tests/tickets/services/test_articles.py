"""Articles are written, published, taken back and restored, and no published text is lost."""

from typing import Any

import pytest

from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tickets.models import Article, ArticleVersion
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, restore_version, save_article, unpublish_article

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def test_readers_keep_the_published_text_until_the_next_one_is_published() -> None:
    saved = save_article(language="en", title="Returns", body="Thirty days.", actor=SYSTEM)
    first = publish_article(translation_id=saved.pk, actor=SYSTEM)
    save_article(article_id=saved.article_id, language="en", title="Returns", body="Sixty days.", actor=SYSTEM)
    first.refresh_from_db()
    assert first.published is not None
    assert (first.published.body, first.body, first.version) == ("Thirty days.", "Sixty days.", 1)
    second = publish_article(translation_id=saved.pk, actor=SYSTEM)
    assert second.version == 2
    assert [version.body for version in ArticleVersion.objects.order_by("number")] == ["Thirty days.", "Sixty days."]


def test_publishing_the_same_text_again_makes_no_version_and_an_older_one_can_be_restored() -> None:
    saved = save_article(language="en", title="Returns", body="One.", actor=SYSTEM)
    publish_article(translation_id=saved.pk, actor=SYSTEM)
    assert publish_article(translation_id=saved.pk, actor=SYSTEM).version == 1
    save_article(article_id=saved.article_id, language="en", title="Returns", body="Two.", actor=SYSTEM)
    publish_article(translation_id=saved.pk, actor=SYSTEM)
    restored = restore_version(translation_id=saved.pk, number=1, actor=SYSTEM)
    assert (restored.body, restored.version) == ("One.", 2)
    with pytest.raises(NotVisible):
        restore_version(translation_id=saved.pk, number=9, actor=SYSTEM)


def test_addresses_are_unique_in_a_language_and_old_ones_are_remembered() -> None:
    first = save_article(language="km", title="ខ្ញុំភ្លេចពាក្យសម្ងាត់", body="", actor=SYSTEM)
    second = save_article(language="km", title="ខ្ញុំភ្លេចពាក្យសម្ងាត់", body="", actor=SYSTEM)
    assert first.slug
    assert second.slug == f"{first.slug}-2"
    moved = save_article(
        article_id=first.article_id, language="km", title="ខ្ញុំភ្លេច", body="", slug="password", actor=SYSTEM
    )
    assert (moved.slug, moved.old_slugs) == ("password", [first.slug])
    with pytest.raises(Conflict, match="address"):
        save_article(article_id=second.article_id, language="km", title="x", body="", slug="password", actor=SYSTEM)


def test_what_cannot_be_an_article_is_refused_and_a_published_one_can_be_deleted_whole() -> None:
    whole: dict[str, Any] = {"language": "en", "title": "T", "body": "", "actor": SYSTEM}
    for fault in ({"title": " "}, {"language": ""}, {"keywords": ["x" * 101]}, {"body": "x" * 100_001}):
        with pytest.raises(InvalidInput):
            save_article(**whole | fault)
    saved = save_article(language="en", title="T", body="", actor=SYSTEM)
    with pytest.raises(Conflict):
        unpublish_article(translation_id=saved.pk, actor=SYSTEM)
    publish_article(translation_id=saved.pk, actor=SYSTEM)
    Article.objects.get(pk=saved.article_id).delete()
    assert not ArticleVersion.objects.exists()
