"""``manage.py rebuild_facts [--from DATE]``"""

from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from helpdesk.core.services import read_site_settings
from reporting.services.facts import rebuild_facts


class Command(BaseCommand):
    help = "Make the facts behind every figure anew from the event log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="since", metavar="DATE", help="only tickets opened on or after this day (2026-01-31)"
        )

    def handle(self, *args: Any, since: str | None, **options: Any) -> None:
        if since is None:
            self.stdout.write(f"{rebuild_facts()} events read again.")
            return
        try:
            day = date.fromisoformat(since)
        except ValueError:
            raise CommandError(f"“{since}” is no day. Write it like 2026-01-31.") from None
        midnight = datetime.combine(day, time.min, tzinfo=ZoneInfo(read_site_settings().time_zone))
        self.stdout.write(f"The facts of {rebuild_facts(since=midnight)} tickets made anew.")
