"""``manage.py sign``: the headers a provider would send with a body, and the address it would send them to."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlencode

from django.core.management.base import BaseCommand, CommandError

from channels_app.adapters.base import AdapterError, Can
from channels_app.management.files import read_input
from channels_app.registry import adapter_for
from channels_app.services.polling import find_channel
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    help = (
        "Prints the headers that sign a body for a channel, one “name: value” a line (curl takes them with -H @-). "
        "The error output says to which address they belong, with the query where a provider signs there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="the channel's short name")
        parser.add_argument("file", help="- is the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            adapter = adapter_for(find_channel(options["channel"]))
            body = read_input(options["file"])
            headers, query = adapter.sign(body), adapter.sign_query(body)
        except (HelpdeskError, AdapterError) as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror or error}") from error
        for name, value in headers.items():
            self.stdout.write(f"{name}: {value}")
        if Can.WEBHOOK not in adapter.can:
            self.stderr.write(f"Channels of the kind “{adapter.kind}” take no webhooks: there is nothing to sign.")
            return
        address = f"{adapter.webhook_url}?{urlencode(query)}" if query else adapter.webhook_url
        self.stderr.write(f"Signed in the address: {address}" if query else f"For: {address}")
