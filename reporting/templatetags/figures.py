"""Figures in templates."""

from datetime import datetime

from django import template

from helpdesk.common.clock import now
from reporting.policies import wording

register = template.Library()

register.filter("duration", wording.spoken_duration)
register.filter("share", wording.spoken_share)
register.filter("figure", wording.spoken)


@register.filter
def waited(since: datetime | None) -> str:
    """How long ago that was, in words; a dash for never."""
    return wording.spoken_duration(None if since is None else (now() - since).total_seconds())


@register.filter
def unlocalized(value: float) -> str:
    """A coordinate: with a point, whatever the reader's notation of numbers."""
    return repr(value)
