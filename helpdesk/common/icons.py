"""Icons as markup: our own (static/helpdesk/icons.svg) and those of Lucide (static/vendor/lucide)."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


def icon(name: str, label: str = "") -> SafeString:
    """The icon ``name`` of our own sprite; decoration unless a ``label`` is given, which is then read out."""
    address = static("helpdesk/icons.svg")
    if label:
        return format_html(
            '<svg class="hd-icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, address, name
        )
    return format_html('<svg class="hd-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


def picture(name: str) -> SafeString:
    """An icon of the Lucide sprite, as decoration."""
    return format_html(
        '<svg class="hd-icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/lucide/sprite.svg"),
        name,
    )
