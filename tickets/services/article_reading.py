"""What readers do with articles: views a day, and whether they helped, without knowing who the reader is."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from helpdesk.common.clock import now
from helpdesk.common.crypto import sign_text
from helpdesk.common.text import clean_text
from helpdesk.core.services import read_site_settings
from tickets.models import ArticleFeedback, ArticleTranslation, ArticleView


def visitor_digest(key: str) -> str:
    """22 characters that stand for a reader (his cookie, his conversation); nobody can tell the key from them."""
    return sign_text(key, purpose="help_visitor")


@transaction.atomic
def count_view(*, translation_id: int, source: str) -> None:
    """One more read of an article today, in the site's time zone. ``source`` as in ArticleView."""
    day = _today()
    today = ArticleView.objects.filter(translation_id=translation_id, on=day, source=source)
    if not today.update(count=F("count") + 1):
        view, is_new = ArticleView.objects.get_or_create(
            translation_id=translation_id, on=day, source=source, defaults={"count": 1}
        )
        if not is_new:
            ArticleView.objects.filter(pk=view.pk).update(count=F("count") + 1)


def _today() -> date:
    return now().astimezone(ZoneInfo(read_site_settings().time_zone)).date()


@transaction.atomic
def give_feedback(
    *, translation_id: int, visitor: str, is_helpful: bool, comment: str = "", ticket_id: int | None = None
) -> ArticleFeedback:
    """Keep whether an article helped; the same reader's later word replaces his earlier one, and the sums stay right."""
    # The key stays free: others may count a read of the same article meanwhile.
    translation = ArticleTranslation.objects.select_for_update(of=("self",), no_key=True).get(pk=translation_id)
    before = ArticleFeedback.objects.filter(translation=translation, visitor=visitor).first()
    feedback = before or ArticleFeedback(translation=translation, visitor=visitor)
    if before is None or before.is_helpful != is_helpful:
        translation.helpful_count += 1 if is_helpful else -(before is not None)
        translation.unhelpful_count += -(before is not None) if is_helpful else 1
        translation.save(update_fields=["helpful_count", "unhelpful_count"])
    feedback.is_helpful, feedback.at = is_helpful, now()
    feedback.comment = clean_text(comment).strip()[:2000] or feedback.comment
    feedback.ticket_id = ticket_id or feedback.ticket_id
    feedback.save()
    return feedback
