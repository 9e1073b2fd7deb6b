"""Opening a case by hand: whoever opens one is led to a case that he may see, or told that others have it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict
from surveys.models import RecoveryCase
from surveys.services.recovery_opening import open_case
from tickets.services.actors import Actor


@transaction.atomic
def open_by_hand(*, actor: Actor, **signal: Any) -> RecoveryCase:
    """Open a case, or join the open one, as ``open_case`` does with ``signal``, if the actor may see the case that comes of it.

    Raises what ``open_case`` raises, and Conflict "case_elsewhere" where the signal leads to a case that he may not see; nothing is
    then added to that case.
    """
    case = open_case(actor=actor, **signal)
    if not RecoveryCase.objects.visible_to(User.objects.get(pk=actor.user_id)).filter(pk=case.pk).exists():
        text = _("A case for this customer is already open with another team. Ask a lead to bring you together.")
        raise Conflict("case_elsewhere", text)
    return case
