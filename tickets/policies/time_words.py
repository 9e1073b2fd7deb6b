"""Lengths of time in words, as short as a chip wants them. Pure."""

from django.utils.translation import gettext as _


def short_span(seconds: float) -> str:
    """Minutes up to an hour, then hours with minutes, from ten hours on whole ones, from two days on days with hours: "1 h 20 min"."""
    minutes = max(0, int(seconds // 60))
    hours, rest = divmod(minutes, 60)
    days, hours_rest = divmod(hours, 24)
    if hours < 1:
        return _("%(count)d min") % {"count": minutes}
    if hours < 10 and rest:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    if hours < 48:
        return _("%(count)d h") % {"count": hours}
    if hours_rest:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours_rest}
    return _("%(count)d d") % {"count": days}


def due_words(seconds_left: float) -> str:
    """How near a time limit is: "due in 25 min", "due now", "2 h late"."""
    if seconds_left >= 60:
        return _("due in %(time)s") % {"time": short_span(seconds_left)}
    if seconds_left > -60:
        return _("due now") if seconds_left > 0 else _("late")
    return _("%(time)s late") % {"time": short_span(-seconds_left)}
