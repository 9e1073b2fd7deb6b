"""Beside a ticket: what the customer was asked for, and what has come of it. See HELPDESK_WORKSPACE_PANELS."""

from typing import Any

from django.template.loader import render_to_string

from tickets.models import InformationRequest, Ticket

MOST_SHOWN = 20


def requests_panel(ticket: Ticket, user: Any) -> str:
    """The list, newest first; empty where nothing was ever asked for."""
    asked = InformationRequest.objects.filter(ticket=ticket).order_by("-pk")[:MOST_SHOWN]
    return render_to_string("tickets/requests_panel.html", {"requests": asked}) if asked else ""
