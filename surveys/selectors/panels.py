"""What the workspace shows of a customer's votes."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from surveys.models import Response
from surveys.policies.votes import LOW_SCORE, TOP_SCORE
from tickets.models import Ticket

SHOWN = 6


def score_chip(score: int) -> SafeString:
    """A score on its ground; the number says it, the colour only helps."""
    tone = "good" if score >= TOP_SCORE else "fair" if score > LOW_SCORE else "poor"
    return format_html('<span class="hd-vote hd-vote-{}">{}</span>', tone, score)


def survey_panel(ticket: Ticket, user: Any) -> SafeString:
    """The customer's last scores, newest first, his latest comment and where it goes; "" without a vote. One query."""
    if not user.has_perm("surveys.view_response"):
        return SafeString("")
    responses = list(
        Response.objects.visible_to(user)
        .filter(invitation__customer=ticket.customer_id)
        .select_related("invitation__ticket")
        .order_by("-answered_at", "-id")[:SHOWN]
    )
    if not responses:
        return SafeString("")
    context = {
        "votes": [(score_chip(response.score), response) for response in responses],
        "commented": next((response for response in responses if response.comment), None),
        "trend": _trend([response.score for response in responses]),
    }
    return render_to_string("surveys/panel.html", context)


def _trend(scores: list[int]) -> str:
    """The latest score against the mean of those before."""
    if len(scores) < 2:
        return ""
    before = sum(scores[1:]) / (len(scores) - 1)
    if scores[0] - before >= 1:
        return _("Better than before")
    return _("Worse than before") if before - scores[0] >= 1 else _("About as before")
