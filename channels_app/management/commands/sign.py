"""``manage.py sign``: the headers a provider would send with a body."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.adapters.base import AdapterError
from channels_app.management.files import read_input
from channels_app.registry import adapter_for
from channels_app.services.polling import find_channel
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    help = "Prints the headers that sign a body for a channel, one “name: value” a line (curl takes them with -H @-)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="the channel's short name")
        parser.add_argument("file", help="- is the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            headers = adapter_for(find_channel(options["channel"])).sign(read_input(options["file"]))
        except (HelpdeskError, AdapterError) as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror or error}") from error
        for name, value in headers.items():
            self.stdout.write(f"{name}: {value}")
