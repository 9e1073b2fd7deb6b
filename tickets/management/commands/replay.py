"""``manage.py replay``: run stored events again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.common.errors import HelpdeskError
from tickets.management.outcomes import process_and_describe
from tickets.services.processing import run_event_again


class Command(BaseCommand):
    help = "Reads stored events again and prints one JSON line per item. What was filed before stays once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("events", nargs="+", type=int, metavar="EVENT_ID")

    def handle(self, *args: Any, **options: Any) -> None:
        refused = []
        for event_id in options["events"]:
            try:
                run_event_again(event_id=event_id)
            except HelpdeskError as error:
                refused.append(f"{event_id}: {error.message}")
                continue
            for described in process_and_describe(event_id, file=None):
                self.stdout.write(json.dumps(described))
        if refused:
            raise CommandError("\n".join(refused))
