"""Putting a ticket aside from the workspace: the menu of times, and the verbs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.core.services import read_site_settings
from tickets.admin.case_verbs import Done
from tickets.admin.doors import AgentRequest, in_zone
from tickets.models import Ticket
from tickets.policies.snooze_presets import snooze_presets
from tickets.services.actors import Actor
from tickets.services.snoozing import snooze_ticket, wake_ticket

LABELS = {
    "in_an_hour": gettext_lazy("In an hour"),
    "in_three_hours": gettext_lazy("In three hours"),
    "tomorrow": gettext_lazy("Tomorrow morning"),
    "monday": gettext_lazy("Monday morning"),
}


def presets_now() -> list[tuple[str, datetime]]:
    """(code, instant) of the times to choose from at this moment, in the site's time zone."""
    with in_zone(read_site_settings().time_zone):
        return snooze_presets(at=now(), zone=ZoneInfo(str(timezone.get_current_timezone())))


def snooze_menu(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The times to choose from, in the site's time zone; fetched when the menu is opened."""
    site_zone = read_site_settings().time_zone
    with in_zone(site_zone):
        presets = [
            {"value": until.astimezone(UTC).isoformat(), "label": LABELS[code], "until": until}
            for code, until in presets_now()
        ]
        context = {"ticket": ticket, "presets": presets, "zone": site_zone, "earliest": timezone.localtime(now())}
        return render(request, "tickets/snooze_menu.html", context)


def snooze(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """``until`` is an instant (ISO 8601), or ``custom`` a local time of the site."""
    until = _instant(request.POST.get("until", "") or request.POST.get("custom", ""))
    changed = snooze_ticket(ticket_id=ticket.pk, until=until, actor=actor)
    with in_zone(read_site_settings().time_zone):
        shown = timezone.localtime(changed.snoozed_until)
        words = _("Put aside until %(time)s.") % {"time": f"{shown:%a %d %b, %H:%M}"}
    return Done(text=words, undo="do/wake/")


def wake(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return wake_ticket(ticket_id=ticket.pk, actor=actor)


def _instant(text: str) -> datetime:
    try:
        parsed = parse_datetime(text[:40])
    except ValueError:
        parsed = None
    if parsed is None:
        raise InvalidInput("invalid_until", _("Choose a time."), fields={"until": _("Choose a time.")})
    if timezone.is_aware(parsed):
        return parsed
    with in_zone(read_site_settings().time_zone):
        return timezone.make_aware(parsed)
