"""``manage.py receive``: raw payloads in, as a provider would deliver them."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from channels_app.adapters.base import RawEvent
from channels_app.management.files import read_input
from channels_app.models import Channel
from channels_app.services.polling import find_channel
from channels_app.services.storing import find_stored_event, store_events
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from tickets.management.outcomes import duplicate_line, line, process_and_describe

# A mail server that pipes into us keeps the mail and tries again (sysexits.h).
EX_TEMPFAIL = getattr(os, "EX_TEMPFAIL", 75)


class Command(BaseCommand):
    help = "Stores and files raw payloads for a channel and prints one JSON line per item. - is the standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="the channel's short name")
        parser.add_argument("files", nargs="*", metavar="FILE", help="- or none: the standard input")
        parser.add_argument("--content-type", default="", help="what the body is, where that matters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = find_channel(options["channel"])
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        except DatabaseError as error:
            self.stderr.write(f"The database does not answer: {error}")
            sys.exit(EX_TEMPFAIL)
        status = 0
        for name in options["files"] or ["-"]:
            try:
                for described in _receive(channel, name, options["content_type"]):
                    self.stdout.write(json.dumps(described))
            except OSError as error:
                status = status or 1
                self.stdout.write(json.dumps(line(name, None, None, reason=f"not stored: {error.strerror or error}")))
            except DatabaseError as error:
                status = EX_TEMPFAIL
                self.stdout.write(json.dumps(line(name, None, None, reason=f"not stored: {type(error).__name__}")))
        if status:
            sys.exit(status)


def _receive(channel: Channel, name: str, content_type: str) -> Iterator[dict[str, Any]]:
    event = RawEvent(body=read_input(name), content_type=content_type, received_at=now(), source="cli")
    # The bell stays silent: this process files the event itself and wants to say what became of it.
    stored = store_events(channel=channel, events=[event], is_announced=False)
    if stored:
        yield from process_and_describe(stored[0], file=name)
        return
    known = find_stored_event(channel=channel, event=event)
    if known is not None and known.state == known.State.RECEIVED:
        yield from process_and_describe(known.pk, file=name)
    else:
        yield duplicate_line(known.pk if known is not None else None, file=name)
