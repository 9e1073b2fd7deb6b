"""What a fresh installation begins with: settings, a brand, a mail channel, a survey, an administrator, and demo data."""

import secrets
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from channels_app.models import Brand, Channel
from channels_app.services.channels import create_channel
from helpdesk.accounts.models import User
from helpdesk.accounts.roles import ensure_roles
from helpdesk.core.models import SiteSettings
from helpdesk.demo.building import build_demo, has_any_work
from surveys.services.preset import ensure_preset_survey
from tickets.services.sla_preset import ensure_preset_policies

ADMIN_NAME = "admin"
SUPPORT_SLUG = "support"
SUPPORT_ADDRESS = "support@localhost"
LONGEST_WAIT = "5min"


@dataclass(frozen=True, kw_only=True)
class FirstStart:
    """What was made. ``password`` is known here and nowhere else; None unless the administrator was made just now."""

    admin_created: bool
    username: str
    password: str | None
    demo_tickets: int
    seconds: float


def prepare_first_start() -> FirstStart:
    """Make what is missing; what is there stays as it is. Several hosts may start at once: one of them makes the rows.

    HELPDESK_ADMIN_PASSWORD is the administrator's password, else a random one; HELPDESK_DEMO=0 leaves the demo data out.
    """
    started = monotonic()
    with transaction.atomic():
        _wait_for_other_hosts()
        # A release may give a role more without a migration, after which nothing else would bring the groups up to date.
        ensure_roles()
        SiteSettings.objects.get_or_create(pk=1, defaults={"time_zone": settings.TIME_ZONE})
        ensure_preset_survey()
        ensure_preset_policies()
        _ensure_support_channel()
        password = _ensure_administrator()
        # Only ever at the very first start: who has removed the demo does not want it back.
        is_demo_wanted = settings.HELPDESK_DEMO and password is not None and not has_any_work()
        demo_tickets = build_demo() if is_demo_wanted else 0
    return FirstStart(
        admin_created=password is not None,
        username=ADMIN_NAME,
        password=password,
        demo_tickets=demo_tickets,
        seconds=round(monotonic() - started, 2),
    )


def _wait_for_other_hosts() -> None:
    """Wait as long as another host may need for its demo data; the limits of ordinary statements are shorter than that."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'; SET LOCAL statement_timeout = '{LONGEST_WAIT}'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('first-start', 0))")


def _ensure_support_channel() -> None:
    """A mail to support@localhost becomes a ticket at once. An installation with channels of its own has chosen already."""
    if Channel.objects.filter(is_demo=False).exists():
        return
    brand = Brand.objects.order_by("pk").first() or Brand.objects.create(name=_("Support"))
    create_channel(
        kind="email",
        slug=SUPPORT_SLUG,
        name=_("Support"),
        brand_name=brand.name,
        config={"address": SUPPORT_ADDRESS},
        secrets={},
    )


def _ensure_administrator() -> str | None:
    """The password of the administrator made just now; None when there are users already."""
    if User.objects.exists():
        return None
    password = settings.HELPDESK_ADMIN_PASSWORD or secrets.token_urlsafe(12)
    User.objects.create_superuser(ADMIN_NAME, password=password)
    return password
