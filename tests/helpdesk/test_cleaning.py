"""Housekeeping: what is old goes, what is needed stays."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from channels_app.models import InboundEvent
from helpdesk import cleaning
from helpdesk.common.clock import now
from tests.factories import make_event
from tickets.models import ArticleSearch, HelpVisit

pytestmark = pytest.mark.django_db


def _event(channel, *, days, state="processed", body=b"raw", name=""):
    key = default_storage.save(f"2025/01/{name}", ContentFile(b"large and raw")) if name else ""
    moment = now() - timedelta(days=days)
    return make_event(channel, received_at=moment, state=state, body=None if key else body, body_file=key)


def test_raw_bodies_go_after_ninety_days_from_rows_and_from_storage(email_channel):
    old, large = _event(email_channel, days=91), _event(email_channel, days=91, name="old")
    fresh = _event(email_channel, days=89, name="fresh")
    aside = _event(email_channel, days=91, state="quarantined")
    files = large.body_file, fresh.body_file
    assert cleaning.clear_raw_bodies() == 2
    assert [default_storage.exists(key) for key in files] == [False, True]
    kept = {e.pk: (bytes(e.body or b""), e.body_file) for e in InboundEvent.objects.all()}
    assert kept == {old.pk: (b"", ""), large.pk: (b"", ""), fresh.pk: (b"", files[1]), aside.pk: (b"raw", "")}
    assert cleaning.clear_raw_bodies() == 0


def test_raw_bodies_of_a_busy_quarter_go_in_one_run(email_channel, monkeypatch):
    monkeypatch.setattr(cleaning, "BATCH", 2)
    for _ in range(5):
        _event(email_channel, days=91)
    assert cleaning.clear_raw_bodies() == 5


def test_visits_go_after_400_days_and_searches_when_nothing_counts_them_any_more():
    for days in (399, 401):
        at = now() - timedelta(days=days)
        HelpVisit.objects.create(visitor=f"read {days}", started_at=at, last_read_at=at)
    for days in (89, 91):
        ArticleSearch.objects.create(at=now() - timedelta(days=days), source="search", query=f"asked {days}")
    cleaning.clean_up()
    kept = [HelpVisit.objects.values_list("visitor", flat=True), ArticleSearch.objects.values_list("query", flat=True)]
    assert [list(rows) for rows in kept] == [["read 399"], ["asked 89"]]
