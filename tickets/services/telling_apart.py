"""Two customers who look alike and are not the same: said once, asked no more."""

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, NotVisible
from tickets.models import Customer, NotTheSame
from tickets.services.actors import Actor


@transaction.atomic
def tell_apart(*, customer_id: int, other_id: int, actor: Actor) -> None:
    """Remember that the two are different people. Raises InvalidInput for one and the same, NotVisible for one who is gone."""
    first, second = sorted((customer_id, other_id))
    if first == second:
        raise InvalidInput("same_customer", _("This is one customer."), fields={"other": "same"})
    if Customer.objects.filter(pk__in=(first, second)).count() < 2:
        raise NotVisible("customer_not_found", _("There is no such customer."))
    NotTheSame.objects.get_or_create(first_id=first, second_id=second, defaults={"by_id": actor.user_id})
