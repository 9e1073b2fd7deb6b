"""``manage.py poll``: fetch one channel's news now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.services.polling import find_channel, poll_channel
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    help = 'Fetches and stores what is new on a channel; prints {"stored": n}. Running processes file it.'

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="the channel's short name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = find_channel(options["channel"])
            failures = channel.consecutive_failures
            stored = poll_channel(channel_id=channel.pk)
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        channel.refresh_from_db()
        self.stdout.write(json.dumps({"stored": stored}))
        if channel.consecutive_failures > failures:
            raise CommandError(channel.last_error)
