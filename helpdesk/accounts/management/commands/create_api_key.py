"""``manage.py create_api_key USERNAME [--scopes read,write]``: print a new key once."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.accounts.services import create_api_key
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError


class Command(BaseCommand):
    help = "Make a key for the API. It is printed once and stored as a digest only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scopes", default="read,write", help="read, write, admin, or tickets:read and the like")
        parser.add_argument("--name", default="command line", help="what the key is for")
        parser.add_argument("--days", type=int, default=None, help="days after which it ends; without: never")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(_("There is no active user “%(name)s”.") % {"name": options["username"]})
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        expires_at = None if options["days"] is None else now() + timedelta(days=options["days"])
        try:
            _key, text = create_api_key(user=user, name=options["name"], scopes=scopes, expires_at=expires_at)
        except HelpdeskError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)
