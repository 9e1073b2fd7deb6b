"""Every column of the database that names a customer, found by looking: a table of tomorrow is merged like those of today."""

from functools import cache
from typing import Any

from django.db.models import ForeignKey, Model, Q

from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket

# Facts about the records of customers themselves: they say who was merged or told apart, and must go on saying it.
KEPT = frozenset({
    "tickets.Customer.merged_into", "tickets.CustomerMerge.winner", "tickets.CustomerMerge.loser", "tickets.NotTheSame.first",
    "tickets.NotTheSame.second",
})  # fmt: skip


@cache
def customer_keys() -> dict[str, ForeignKey]:
    """The foreign keys to Customer, by ``app.Model.field``, without those that KEPT names; in a fixed order."""
    relations = Customer._meta.get_fields(include_hidden=True)
    found: dict[str, ForeignKey] = {}
    for relation in relations:
        field = getattr(relation, "field", None)
        if relation.auto_created and not relation.concrete and isinstance(field, ForeignKey):
            found[f"{field.model._meta.label}.{field.name}"] = field
    return {name: found[name] for name in sorted(found) if name not in KEPT}


def rows_of(field: ForeignKey, customer_id: int) -> Any:
    """The rows that name the customer in this column."""
    return field.model._base_manager.filter(**{field.attname: customer_id})


def hanging_on(model: type[Model], *, identities: Any, conversations: Any, tickets: Any) -> Q | None:
    """The condition on rows of a model that belong to one of these; None where it names nothing of that kind."""
    targets: dict[type[Model], tuple[str, Any]] = {
        CustomerIdentity: ("", identities),
        Conversation: ("", conversations),
        Ticket: ("", tickets),
        Message: ("__ticket", tickets),
    }
    condition: Q | None = None
    for field in model._meta.concrete_fields:
        target = targets.get(field.related_model) if isinstance(field, ForeignKey) else None
        if target is not None:
            path, keys = target
            one = Q(**{f"{field.name}{path}__in": keys})
            condition = one if condition is None else condition | one
    return condition
