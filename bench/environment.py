"""A database of its own for the suite: durable settings, and gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib import admin

from helpdesk.embedded.postgres import temporary_server


@contextmanager
def prepared_database() -> Iterator[None]:
    """Set Django up on an empty database with our schema: BENCH_DATABASE_URL, or a server of our own."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "HELPDESK_DATA": folder,
            "HELPDESK_DEMO": "0",
            "CELERY_BROKER_URL": "memory://",
        }
        given = os.environ.get("BENCH_DATABASE_URL")
        if given:
            os.environ["DATABASE_URL"] = given
            _set_up()
            yield
            return
        with temporary_server(is_durable=True) as url:
            os.environ["DATABASE_URL"] = url
            _set_up()
            yield
            _disconnect()


def _set_up() -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    settings.ROOT_URLCONF = "bench.bare"
    settings.TEMPLATES = [*settings.TEMPLATES, _stock_templates(settings.TEMPLATES[0])]
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    connection.ensure_connection()
    call_command("migrate", verbosity=0)
    call_command("prepare_first_start", stdout=open(os.devnull, "w"))  # noqa: SIM115


def _stock_templates(ours: dict[str, Any]) -> dict[str, Any]:
    folder = Path(admin.__file__).with_name("templates")
    return ours | {"NAME": "stock", "DIRS": [folder], "APP_DIRS": False}


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()
