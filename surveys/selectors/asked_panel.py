"""What the workspace shows of the question about this ticket: asked, planned, or why not; and the way to ask now."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from surveys.models import Invitation
from surveys.policies.reasons import REASONS, REMARKS
from tickets.models import Ticket


def asked_panel(ticket: Ticket, user: Any) -> SafeString:
    """The newest question about the ticket in one line; "" for who may neither see nor ask. One query."""
    if not user.has_perm("surveys.view_invitation"):
        return SafeString("")
    invitation = Invitation.objects.filter(ticket=ticket.pk).order_by("-id").first()
    may_ask = user.has_perm("surveys.add_invitation") and not ticket.is_demo
    if invitation is None and not may_ask:
        return SafeString("")
    code = invitation.reason if invitation is not None else ""
    context = {
        "invitation": invitation,
        "reason": REASONS.get(code) or REMARKS.get(code) or "",
        "ticket": ticket,
        "may_ask": may_ask,
    }
    return render_to_string("surveys/asked_panel.html", context)
