"""Setting up what may be given: pools with their cost, limit and budget."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import one_line
from surveys.models import Incentive
from surveys.policies.incentives import is_currency
from tickets.services.actors import Actor

FIELDS = frozenset(
    {
        "name", "kind", "description", "cost", "currency", "approval_above", "budget", "valid_for", "expires_on", "is_active",
    }
)  # fmt: skip


@transaction.atomic
def save_incentive(*, incentive_id: int | None, values: Mapping[str, Any], actor: Actor) -> Incentive:
    """Add a pool or change what is given; codes that were given away keep what they cost then.

    Raises NotVisible, and InvalidInput "invalid_incentive" with every field that is wrong.
    """
    if incentive_id is None:
        incentive = Incentive()
    else:
        found = Incentive.objects.select_for_update().filter(pk=incentive_id).first()
        if found is None:
            raise NotVisible("incentive_not_found", _("There is no such incentive."))
        incentive = found
    for name in FIELDS & set(values):
        value = values[name]
        setattr(incentive, name, one_line(value).strip() if isinstance(value, str) else value)
    incentive.currency = incentive.currency.upper()
    faults = _faults(incentive)
    if faults:
        raise InvalidInput("invalid_incentive", " ".join(faults.values()), fields=faults)
    incentive.save()
    return incentive


def _faults(incentive: Incentive) -> dict[str, str]:
    faults: dict[str, str] = {}
    try:
        incentive.full_clean()
    except ValidationError as error:
        faults = {name: str(texts[0]) for name, texts in error.message_dict.items()}
    if not is_currency(incentive.currency):
        faults.setdefault("currency", _("Three letters, such as EUR."))
    if incentive.valid_for is not None and incentive.valid_for.total_seconds() <= 0:
        faults.setdefault("valid_for", _("Longer than nothing, or empty."))
    return faults
