"""Objects that a body refers to: what the caller may not see is missing, in the same words as what is not there."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.common.errors import NotVisible
from tickets.models import Customer
from tickets.selectors.teams import visible_teams


def require_visible(rows: QuerySet, pk: int, *, field: str) -> None:
    """Raise NotVisible naming ``field`` unless ``rows`` has ``pk``."""
    if not rows.filter(pk=pk).exists():
        text = _("There is nothing with this id that you may see.")
        raise NotVisible("not_found", text, fields={field: text})


def require_team(user: Any, pk: int | None) -> None:
    """Raise NotVisible unless ``user`` may know of the team; None passes."""
    if pk is not None:
        require_visible(visible_teams(user), pk, field="team")


def require_customer(user: Any, pk: int | None) -> None:
    """Raise NotVisible unless ``user`` may see the customer; None passes."""
    if pk is not None:
        require_visible(Customer.objects.visible_to(user), pk, field="customer")
