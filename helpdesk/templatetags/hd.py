"""Template tags shared by all pages of the admin."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.icons import icon
from helpdesk.common.text import initials
from helpdesk.core.services import read_site_settings

register = template.Library()


@register.simple_tag
def hd_icon(name: str, label: str = "") -> SafeString:
    """See ``helpdesk.common.icons.icon``."""
    return icon(name, label)


register.filter("hd_initials", initials)


@register.filter
def hd_site_clock(at: datetime) -> str:
    """Hours and minutes in the site's time zone; with the day where it is another one."""
    zone = ZoneInfo(read_site_settings().time_zone)
    local = at.astimezone(zone)
    return date_format(local, "H:i" if local.date() == now().astimezone(zone).date() else "D j M, H:i")


@register.filter
def hd_duration(seconds: float) -> str:
    """A number of seconds as people say it: "30 s", "5 min", "1 h"."""
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min") % {"count": seconds / 60}
    return _("%(count)d h") % {"count": seconds / 3600}
