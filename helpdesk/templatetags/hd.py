"""Template tags shared by all pages of the admin."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.common.icons import icon
from helpdesk.common.text import initials

register = template.Library()


@register.simple_tag
def hd_icon(name: str, label: str = "") -> SafeString:
    """See ``helpdesk.common.icons.icon``."""
    return icon(name, label)


register.filter("hd_initials", initials)


@register.filter
def hd_duration(seconds: float) -> str:
    """A number of seconds as people say it: "30 s", "5 min", "1 h"."""
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min") % {"count": seconds / 60}
    return _("%(count)d h") % {"count": seconds / 3600}
