"""The overview's section on tickets that could not be sorted; nothing while all is well."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from helpdesk.common.admin import capped_count
from tickets.models import TriageItem
from tickets.services.triage import MOST_ATTEMPTS

_MOST_COUNTED = 99


def stuck_tickets(request: HttpRequest) -> SafeString:
    """How many tickets rules and assignment have given up on; for who may let them run again."""
    if not request.user.has_perm("tickets.change_triageitem"):
        return SafeString("")
    stuck = TriageItem.objects.filter(attempts__gte=MOST_ATTEMPTS)
    count = capped_count(stuck, _MOST_COUNTED)
    if not count:
        return SafeString("")
    shown = f"{_MOST_COUNTED}+" if count > _MOST_COUNTED else str(count)
    return render_to_string("tickets/stuck.html", {"shown": shown}, request=request)
