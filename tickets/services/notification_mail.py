"""Notifications by mail: one mail a person with all that is new, to whoever wants it and is not looking (sweep)."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from channels_app.adapters.base import AdapterError
from channels_app.services.plain_mail import send_plain_mail
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.core.services import language_for
from tickets.models import Notification, Ticket
from tickets.notification_words import notification_path, notification_text

logger = logging.getLogger(__name__)

# Whoever looks at the screen sees the bell within this time; what comes together goes in one mail.
PATIENCE = timedelta(minutes=2)
SEEN_LATELY = timedelta(minutes=5)
TOO_OLD = timedelta(hours=24)
MOST_PEOPLE = 100
MOST_LINES = 50


def mail_notifications() -> int:
    """Mail what is due; returns how many notifications. Each is mailed at most once, whatever is cut off; the bell keeps it anyway."""
    moment = now()
    due = Notification.objects.filter(
        by_mail=True, mailed_at=None, read_at=None, created_at__lte=moment - PATIENCE, created_at__gt=moment - TOO_OLD
    )
    people = User.objects.filter(pk__in=due.values("user_id"), is_active=True).exclude(email="")
    is_looking = Q(presence=User.Presence.ONLINE, seen_at__gt=moment - SEEN_LATELY)
    people = people.exclude(mail_notifications="never").exclude(is_looking, mail_notifications="away")
    return sum(_mail_person(person) for person in list(people.order_by("pk")[:MOST_PEOPLE]))


def _mail_person(person: User) -> int:
    rows = _claim(person)
    seen = set(
        Ticket.objects.visible_to(person).filter(pk__in=[row.ticket_id for row in rows]).values_list("pk", flat=True)
    )
    shown = [row for row in rows if row.ticket_id is None or row.ticket_id in seen]
    if not shown:
        return 0
    with override(language_for(person.languages[0] if person.languages else "")):
        subject, text = _written(shown)
    try:
        send_plain_mail(recipient=person.email, subject=subject, text=text)
    except AdapterError as error:
        logger.warning("notifications of user %d could not be mailed: %s", person.pk, error.code)
        if not error.permanent and not error.is_uncertain:
            Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=None)
        return 0
    return len(shown)


@transaction.atomic
def _claim(person: User) -> list[Notification]:
    """What is new for one person, taken for us and committed before anything is sent."""
    due = Notification.objects.filter(
        user=person, by_mail=True, mailed_at=None, read_at=None, created_at__gt=now() - TOO_OLD
    )
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True).select_related("ticket").order_by("pk")[:MOST_LINES]
    )
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mailed_at=now())
    return rows


def _written(rows: Sequence[Notification]) -> tuple[str, str]:
    count = len(rows)
    subject = (
        notification_text(rows[0])
        if count == 1
        else ngettext("%(count)d thing for you", "%(count)d things for you", count) % {"count": count}
    )
    lines = []
    for row in rows:
        lines.append(notification_text(row))
        if path := notification_path(row):
            lines.append(settings.SITE_URL.rstrip("/") + path)
        lines.append("")
    lines.append(_("You choose in your preferences which mails you get: %(url)s") % {"url": _preferences_url()})
    return subject, "\n".join(lines)


def _preferences_url() -> str:
    return settings.SITE_URL.rstrip("/") + reverse("admin:preferences")
