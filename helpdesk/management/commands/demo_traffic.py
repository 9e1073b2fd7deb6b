"""``manage.py demo_traffic``: customers of every kind of channel write into a running product."""

import os
from argparse import ArgumentParser
from random import Random
from threading import Event
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.demo.traffic import Delivery, Target, stream


class Command(BaseCommand):
    help = "Sends made-up customer messages over every channel into a running product. They count in no figure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--per-minute", type=float, default=30.0, help="messages a minute (30)")
        parser.add_argument("--seconds", type=float, default=120.0, help="stop after so long (120; 0: until Ctrl-C)")
        parser.add_argument("--url", default="", help="where the product listens (http://127.0.0.1:$PORT)")
        parser.add_argument("--seed", type=int, default=None, help="the same people say the same things again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["per_minute"] <= 0 or options["seconds"] < 0:
            raise CommandError("--per-minute must be above 0, --seconds 0 or more.")
        url = options["url"] or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        target = Target(url=url, smtp_port=settings.HELPDESK_SMTP_PORT)
        sent, refused = self._run(target, Random(options["seed"]), options["seconds"], 60 / options["per_minute"])  # noqa: S311  no secret
        self.stdout.write(f"{sent} taken, {refused} refused")
        if refused and not sent:
            raise CommandError("Nothing was taken. Does “make run” run, and on this port?")

    def _run(self, target: Target, random: Random, seconds: float, pause: float) -> tuple[int, int]:
        ends_at = monotonic() + seconds if seconds else float("inf")
        sent = refused = 0
        waiting = Event()
        try:
            for delivery in stream(target, random):
                self._say(delivery)
                sent, refused = sent + delivery.is_ok, refused + (not delivery.is_ok)
                if monotonic() + pause > ends_at:
                    break
                waiting.wait(pause * random.uniform(0.5, 1.5))
        except KeyboardInterrupt:
            self.stdout.write("")
        return sent, refused

    def _say(self, delivery: Delivery) -> None:
        text = " ".join(delivery.text.split())[:60]
        self.stdout.write(f"{delivery.kind:<16} {delivery.act:<9} {delivery.name:<18} {delivery.answer:<8} {text}")
