"""``manage.py verify_events``: does every ticket's event log run without a gap to the number on the ticket?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from tickets.models import Ticket, TicketEvent
from tickets.selectors.sequences import broken_logs


class Command(BaseCommand):
    help = "Checks the per-ticket sequences of the event log. Exit 1 and the tickets' numbers where one has a gap."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", type=int, default=50, help="name at most so many tickets")

    @transaction.atomic
    def handle(self, *args: Any, show: int, **options: Any) -> None:
        with connection.cursor() as cursor:
            # A long log takes its time.
            cursor.execute("SET LOCAL statement_timeout = 0")
        found, broken = broken_logs(limit=max(1, show))
        for log in broken:
            self.stderr.write(
                f"ticket {log.number} (id {log.ticket_id}): {log.stored} events, the last is {log.highest}, "
                f"the ticket says {log.event_sequence}"
            )
        if found:
            raise CommandError(f"{found} tickets have a broken event log.")
        self.stdout.write(f"{Ticket.objects.count()} tickets, {TicketEvent.objects.count()} events, no gap")
