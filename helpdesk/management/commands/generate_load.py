"""``manage.py generate_load``: customers, tickets and messages in any number, for benchmarks."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.load.generation import generate_load, refresh_statistics


class Command(BaseCommand):
    help = "Writes made-up tickets of the last two years, marked as demo. remove_demo removes them again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=20_000)
        parser.add_argument("--tickets", type=int, default=100_000)
        parser.add_argument("--messages", type=int, default=300_000, help="in all, at least one a ticket")

    def handle(self, *args: Any, customers: int, tickets: int, messages: int, **options: Any) -> None:
        if min(customers, tickets) < 1 or messages < tickets:
            raise CommandError("At least one customer, one ticket, and as many messages as tickets.")
        load = generate_load(customers=customers, tickets=tickets, messages=messages, say=self.stdout.write)
        refresh_statistics()
        self.stdout.write(
            f"{load.tickets} tickets, {load.messages} messages, {load.events} events in {load.seconds} seconds"
        )
