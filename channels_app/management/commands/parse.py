"""``manage.py parse``: what a payload says, as JSON."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.adapters.base import ChannelConfig, ParseError, RawEvent
from channels_app.management.files import read_input
from channels_app.management.item_json import as_json
from channels_app.registry import adapter_class
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    """Pure: needs neither database nor broker."""

    help = "Reads raw payloads and prints one JSON line per file: {file, error, items}. - is the standard input."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="a channel kind such as email or api")
        parser.add_argument("files", nargs="*", metavar="FILE", help="- or none: the standard input")
        parser.add_argument("--content-type", default="", help="what the body is, where that matters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            adapter = adapter_class(options["kind"])(ChannelConfig())
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        has_unreadable = False
        for name in options["files"] or ["-"]:
            line: dict[str, Any] = {"file": name, "error": None, "items": []}
            try:
                event = RawEvent(body=read_input(name), content_type=options["content_type"], source="cli")
                line["items"] = [as_json(item, kind=adapter.kind) for item in adapter.parse(event)]
            except ParseError as error:
                line["error"] = f"{error.code}: {error.message}"
                line["items"] = [as_json(item, kind=adapter.kind) for item in error.items]
            except OSError as error:
                has_unreadable = True
                line["error"] = f"unreadable_file: {error.strerror or error}"
            self.stdout.write(json.dumps(line))
        if has_unreadable:
            sys.exit(1)
