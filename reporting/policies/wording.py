"""Figures as people read them. Pure."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

DASH = "–"


def spoken_duration(seconds: float | None) -> str:
    """ "45 s", "12 min", "3 h 20 min", "2 d 4 h"; a dash for what nobody knows."""
    if seconds is None:
        return DASH
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": int(seconds)}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        text = _("%(hours)d h") % {"hours": hours}
        return text if not rest else text + " " + _("%(minutes)d min") % {"minutes": rest}
    days, rest = divmod(round(seconds / 3600), 24)
    text = _("%(days)d d") % {"days": days}
    return text if not rest else text + " " + _("%(hours)d h") % {"hours": rest}


def spoken_share(share: float | None) -> str:
    """ "87 %"; a dash for what nobody knows. All and nothing are said only when it is all or nothing."""
    if share is None:
        return DASH
    percent = round(share * 100)
    if 0 < share < 1:
        percent = min(99, max(1, percent))
    return _("%(percent)d %%") % {"percent": percent}


def spoken_number(value: float | None, decimals: int = 0) -> str:
    """The number in the reader's notation; a dash for what nobody knows."""
    return DASH if value is None else number_format(value, decimal_pos=decimals, force_grouping=True)


def spoken(value: float | str | None, unit: str) -> str:
    """A value of a metric's column: its unit is count, seconds, share, score, amount (of money) or text."""
    if isinstance(value, str):
        return value
    match unit:
        case "seconds":
            return spoken_duration(value)
        case "share":
            return spoken_share(value)
        case "score":
            return spoken_number(value, 1)
        case "amount":
            return spoken_number(value, 2)
    return spoken_number(value)
