"""``manage.py create_channel``: set up a channel without the admin."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from channels_app.services.channels import create_channel
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    help = "Creates a channel and prints it as JSON. Secrets that were made up for it are printed this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="email or api")
        parser.add_argument("slug", help="the channel's short name")
        parser.add_argument("--config", default="{}", metavar="JSON")
        parser.add_argument("--secrets", default="{}", metavar="JSON")
        parser.add_argument("--name", default="")
        parser.add_argument("--brand", default="", help="its name; made when there is none called so")

    def handle(self, *args: Any, **options: Any) -> None:
        secrets = _json_object(options["secrets"], "--secrets")
        try:
            channel = create_channel(
                kind=options["kind"],
                slug=options["slug"],
                config=_json_object(options["config"], "--config"),
                secrets=secrets,
                name=options["name"],
                brand_name=options["brand"],
            )
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        line: dict[str, Any] = {
            "id": channel.pk,
            "slug": channel.slug,
            "kind": channel.kind,
            "uuid": str(channel.uuid),
        }
        if Can.WEBHOOK in adapter_class(channel.kind).can:
            line["webhook_path"] = reverse("webhook", args=[channel.kind, channel.uuid])
        made_up = channel.read_secrets().keys() - secrets.keys()
        if made_up:
            line["secrets"] = {name: channel.read_secrets()[name] for name in sorted(made_up)}
        self.stdout.write(json.dumps(line))


def _json_object(written: str, option: str) -> dict[str, Any]:
    try:
        value = json.loads(written)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise CommandError(f"{option} is not a JSON object.")
    return value
