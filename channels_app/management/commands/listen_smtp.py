"""``manage.py listen_smtp``: take mail by SMTP for the addresses of the e-mail channels."""

import asyncio
import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channels_app.smtp_listener import serve


class Command(BaseCommand):
    help = "Listens for mail to the addresses of the active e-mail channels; refuses all other. Never relays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
        parser.add_argument("--port", type=int, default=None, help="default: SMTP_PORT, or 2525; 0 takes a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        host = options["host"]
        port = settings.HELPDESK_SMTP_PORT if options["port"] is None else options["port"]
        # aiosmtpd writes every command with its addresses into the log at INFO.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        try:
            asyncio.run(serve(host, port, is_ready=lambda taken: self._say(host, taken)))
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror or error}") from error

    def _say(self, host: str, port: int) -> None:
        self.stdout.write(f"Listening for mail on {host}:{port}")
        self.stdout.flush()
