"""``manage.py import_reviews``: reviews out of a table or feed."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.management.files import read_input
from channels_app.services.polling import find_channel
from helpdesk.common.errors import HelpdeskError
from tickets.management.outcomes import process_and_describe
from tickets.services.review_import import import_reviews


class Command(BaseCommand):
    help = "Files the reviews of a table (CSV) or feed and prints one JSON line per review. Names every line that is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="the short name of a channel of the kind review_feed")
        parser.add_argument("file", help="- is the standard input")
        parser.add_argument(
            "--content-type", default="", help="text/csv or application/rss+xml, where the beginning misleads"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be filed and what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = find_channel(options["channel"])
            report = import_reviews(
                channel_id=channel.pk,
                body=read_input(options["file"]),
                content_type=options["content_type"],
                is_dry_run=options["dry_run"],
                is_announced=False,
            )
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror or error}") from error
        for fault in report.faults:
            self.stderr.write(fault)
        if report.event_id is not None:
            for described in process_and_describe(report.event_id, file=options["file"]):
                self.stdout.write(json.dumps(described))
        counts = {"reviews": len(report.reviews), "bad_lines": len(report.faults), "is_known": report.is_known}
        self.stdout.write(json.dumps({"file": options["file"], **counts}))
