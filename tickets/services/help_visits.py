"""Who reads on the help pages, as far as a small team needs to know: visits, whether something helped, whether a contact followed.

Nobody is known by name. A visitor is a keyed digest of his network address and his browser's name for one day, so that days cannot be
put together; nothing is stored in his browser.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from helpdesk.common.clock import now
from helpdesk.common.text import one_line
from tickets.models import ArticleSearch, ArticleView, HelpVisit, Ticket
from tickets.policies.personal_data import find_personal_data
from tickets.selectors.article_demand import LOOK_BACK
from tickets.selectors.articles import find_articles
from tickets.services.article_reading import count_view, visitor_digest

# A pause of that length ends a visit; the next read is a new one.
PAUSE = timedelta(minutes=30)
# How long after a visit's last read a contact still belongs to it.
CONTACT_WITHIN = timedelta(hours=24)
# Long enough to compare a month with the same one of last year.
VISITS_KEPT = timedelta(days=400)
LONGEST_QUERY = 200
Digests = Sequence[str]


def digests_of(*, address: str, browser: str, at: datetime | None = None) -> list[str]:
    """What stands for a visitor today and what stood for him yesterday, newest first."""
    day = (at or now()).date()
    days = (day, day - timedelta(days=1))
    return [visitor_digest(f"{one:%Y-%m-%d}|{address}|{browser[:300]}") for one in days]


def judge_of(*, translation_id: int, address: str, browser: str) -> str:
    """What stands for somebody who judges this one article: always the same here, and another one at every other article."""
    return visitor_digest(f"judgement {translation_id}|{address}|{browser[:300]}")


@transaction.atomic
def note_read(*, translation_id: int, source: str, digests: Digests) -> HelpVisit:
    """Count a read and keep the visit that it belongs to. Reloading the article that was read last does not count again."""
    with connection.cursor() as cursor:
        # Two reads at the same instant are one visit.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"help_visit:{digests[0]}"])
    at = now()
    visit = _visit(digests, since=at - PAUSE)
    if visit is not None and visit.translation_id == translation_id:
        HelpVisit.objects.filter(pk=visit.pk).update(last_read_at=at)
        return visit
    count_view(translation_id=translation_id, source=source)
    if visit is None:
        return HelpVisit.objects.create(
            visitor=digests[0], started_at=at, last_read_at=at, translation_id=translation_id
        )
    visit.last_read_at, visit.translation_id, visit.read_count = at, translation_id, visit.read_count + 1
    visit.save(update_fields=["last_read_at", "translation", "read_count"])
    return visit


def note_judgement(*, digests: Digests, is_helpful: bool) -> None:
    """The last thing that the visitor said in his running visit."""
    visit = _visit(digests, since=now() - PAUSE)
    if visit is not None:
        HelpVisit.objects.filter(pk=visit.pk).update(is_helpful=is_helpful)


def note_contact(*, digests: Digests, ticket: Ticket | None = None) -> None:
    """The visitor went on to write to us: his last visit within CONTACT_WITHIN did not spare the contact. The first one counts."""
    visit = _visit(digests, since=now() - CONTACT_WITHIN)
    if visit is not None and visit.contacted_at is None:
        HelpVisit.objects.filter(pk=visit.pk, contacted_at=None).update(contacted_at=now(), ticket=ticket)


def note_search(*, query: str, language: str) -> None:
    """Keep what was looked for and how well the best article fits. Addresses and numbers of persons are left out of it."""
    asked = without_personal_data(one_line(query)[:LONGEST_QUERY], language)
    if not asked:
        return
    found = find_articles(query=asked, language=language, limit=1, only_listed=True)
    ArticleSearch.objects.create(
        at=now(),
        source=ArticleView.Source.SEARCH,
        language=language,
        query=asked,
        translation_id=found[0].translation_id if found else None,
        score=found[0].score if found else 0.0,
    )


def forget_old_reading() -> int:
    """Delete visits after VISITS_KEPT, and what was looked for when nothing counts it any more; returns how many rows."""
    visits = HelpVisit.objects.filter(started_at__lt=now() - VISITS_KEPT).delete()[0]
    searches = ArticleSearch.objects.filter(at__lt=now() - LOOK_BACK).delete()[0]
    return int(visits + searches)


def without_personal_data(text: str, language: str) -> str:
    """The text with dots where a mail address, a telephone, card or account number stood."""
    for found in sorted(find_personal_data(text, language=language), key=lambda one: -one.start):
        text = f"{text[: found.start]}…{text[found.end :]}"
    return text


def _visit(digests: Digests, *, since: datetime) -> HelpVisit | None:
    visits = HelpVisit.objects.filter(visitor__in=digests, last_read_at__gte=since)
    return visits.order_by("-last_read_at").first()
