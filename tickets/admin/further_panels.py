"""What higher apps show on pages of tickets and customers: callables that the settings name."""

import logging
from collections.abc import Iterable
from typing import Any

from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from tickets.models import Customer, Ticket

logger = logging.getLogger(__name__)


def rendered_panels(paths: Iterable[str], shown: Ticket | Customer, user: Any) -> list[SafeString]:
    """The panels of a ticket or a customer for this reader. One that fails is logged; what it stands beside stays in sight."""
    panels = []
    for path in paths:
        try:
            html = import_string(path)(shown, user)
        except Exception:
            logger.exception("the panel %s failed", path)
            continue
        if html:
            panels.append(mark_safe(html))  # noqa: S308 - rendered by our own templates
    return panels
