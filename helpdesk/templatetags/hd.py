"""Template tags shared by all pages of the admin."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def hd_icon(name: str, label: str = "") -> SafeString:
    """The icon ``name`` of our own sprite; decoration unless a ``label`` is given, which is then read out."""
    address = static("helpdesk/icons.svg")
    if label:
        return format_html(
            '<svg class="hd-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, address, name
        )
    return format_html('<svg class="hd-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


@register.filter
def hd_duration(seconds: float) -> str:
    """A number of seconds as people say it: "30 s", "5 min", "1 h"."""
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min") % {"count": seconds / 60}
    return _("%(count)d h") % {"count": seconds / 3600}
