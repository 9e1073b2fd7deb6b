"""``manage.py prepare_first_start``: the first rows of an installation; prints one JSON line."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.first_start import prepare_first_start


class Command(BaseCommand):
    help = "Makes the first administrator, channel, survey and demo data where they are missing. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(asdict(prepare_first_start()), ensure_ascii=False))
