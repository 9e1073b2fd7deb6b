"""Template tags shared by all pages of the admin."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
