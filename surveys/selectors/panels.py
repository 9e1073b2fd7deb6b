"""How votes are shown to the team: a score as a chip, and a customer's votes beside his ticket."""

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from surveys.models import Response
from surveys.policies.scales import ONE_TO_TEN, SCALES, THUMBS
from surveys.policies.score_line import score_line
from surveys.policies.votes import short_score, vote_tone
from tickets.models import Ticket

SHOWN = 6
IN_THE_LINE = 12
_TONES = {"low": "poor", "fair": "fair", "top": "good"}
_THUMB = "M7 10.5v10M3.5 10.5h3.5l4.1-7.3a2 2 0 0 1 3.7 1.4l-.9 4.4h4.9a2 2 0 0 1 2 2.4l-1.4 7.4a2 2 0 0 1-2 1.7H3.5z"


def score_words(score: int, scale: str = ONE_TO_TEN) -> str:
    """A score said in full: "4 of 5", "thumbs down"."""
    kind = SCALES.get(scale, SCALES[ONE_TO_TEN])
    if kind.key == THUMBS:
        return _("thumbs up") if score else _("thumbs down")
    return _("%(score)s of %(highest)s") % {"score": score, "highest": kind.highest}


def score_chip(score: int, scale: str = ONE_TO_TEN, *, is_low: bool | None = None) -> SafeString:
    """A score on its ground; the number or the thumb says it, the colour only helps. ``is_low``: None is the scale's limit."""
    kind = SCALES.get(scale, SCALES[ONE_TO_TEN])
    low = kind.is_low(score) if is_low is None else is_low
    shown = short_score(score, kind) or _thumb(is_up=bool(score))
    return format_html('<span class="hd-vote hd-vote-{}">{}</span>', _TONES[vote_tone(score, kind, is_low=low)], shown)


def response_chip(response: Response) -> SafeString:
    """The chip of a stored vote, low by the survey's limit at the time."""
    return score_chip(response.score, response.scale, is_low=response.is_low)


def survey_panel(ticket: Ticket, user: Any) -> SafeString:
    """The customer's last scores, newest first, a line of them, his latest comment; "" without a vote. One query."""
    if not user.has_perm("surveys.view_response"):
        return SafeString("")
    responses = list(
        Response.objects.visible_to(user)
        .filter(invitation__customer=ticket.customer_id)
        .select_related("invitation__ticket")
        .order_by("-answered_at", "-id")[:IN_THE_LINE]
    )
    if not responses:
        return SafeString("")
    rated = [response for response in responses if response.rating is not None]
    context = {
        "votes": [(response_chip(response), response) for response in responses[:SHOWN]],
        "commented": next((response for response in responses if response.comment), None),
        "trend": _trend([response.rating or 0 for response in rated[:SHOWN]]),
        "line": vote_line(rated[::-1]),
    }
    return render_to_string("surveys/panel.html", context)


def vote_line(rated: Sequence[Response]) -> dict[str, Any] | None:
    """The drawn line of rated votes, oldest first, with its text; None where there is nothing to draw a line between.

    The days are those of the time zone in force.
    """
    points = score_line([response.rating or 0 for response in rated])
    if not points:
        return None
    said = [
        _("%(score)s on %(day)s")
        % {
            "score": score_words(response.score, response.scale),
            "day": date_format(timezone.localtime(response.answered_at), "SHORT_DATE_FORMAT"),
        }
        for response in rated
    ]
    dots = [(x, y, response.is_low) for (x, y), response in zip(points, rated, strict=True)]
    return {
        "path": " ".join(f"{x},{y}" for x, y in points),
        "dots": dots,
        "text": _("Scores over time: %(scores)s") % {"scores": "; ".join(said)},
    }


def _trend(ratings: Sequence[float]) -> str:
    """The latest vote against the mean of those before, on the common scale."""
    if len(ratings) < 2:
        return ""
    before = sum(ratings[1:]) / (len(ratings) - 1)
    if ratings[0] - before >= 1:
        return _("Better than before")
    return _("Worse than before") if before - ratings[0] >= 1 else _("About as before")


def _thumb(*, is_up: bool) -> SafeString:
    label, turned = (_("thumbs up"), "hd-vote-up") if is_up else (_("thumbs down"), "hd-vote-down")
    svg = '<svg class="{}" role="img" aria-label="{}" viewBox="0 0 24 24"><path d="{}"></path></svg>'
    return format_html(svg, turned, label, _THUMB)
