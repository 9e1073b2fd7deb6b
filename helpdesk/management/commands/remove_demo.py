"""``manage.py remove_demo``: the demo and generated loads go, everything else stays."""

from typing import Any

from django.core.management.base import BaseCommand

from helpdesk.demo.removing import remove_demo


class Command(BaseCommand):
    help = "Removes everything that is marked as demo: tickets, customers, channels, agents, files. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = remove_demo()
        if removed.is_nothing:
            self.stdout.write("There is no demo data.")
            return
        for name, count in removed.counts.items():
            if count:
                self.stdout.write(f"{name}: {count}")
        for name in removed.kept:
            self.stdout.write(f"kept, because real work refers to it: {name}")
