"""Whatever the demo has made goes with it, and nothing else."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from helpdesk.demo.building import build_demo
from helpdesk.demo.removing import remove_demo
from tests.factories import make_channel, make_ticket

pytestmark = pytest.mark.django_db

UNTOUCHED = ("django_migrations", "tickets_followerposition")


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours, so that nothing can hide."""
    tables = sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            if table not in UNTOUCHED:
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                rows[table] = [text for (text,) in cursor.fetchall()]
    return rows


def verify_events() -> str:
    output = StringIO()
    call_command("verify_events", stdout=output)
    return output.getvalue()


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_removal_leaves_exactly_what_is_real(django_capture_on_commit_callbacks):
    make_ticket(make_channel())
    before = everything()
    build_demo()
    assert files()
    assert "no gap" in verify_events()
    with django_capture_on_commit_callbacks(execute=True):
        removed = remove_demo()
    assert removed.kept == []
    assert everything() == before
    assert "no gap" in verify_events()
    assert not files()
