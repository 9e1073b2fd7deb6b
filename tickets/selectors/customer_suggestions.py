"""Who might be the same person: what an agent is asked, never what the product decides by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from channels_app.registry import identity_kind_choices
from tickets.models import Customer

SHOWN = 5
_CAP = 20

# Every branch is a bounded number of probes into an index: of the customer's own addresses, and of the names beside his.
_ALIKE = """
WITH me AS (
    SELECT id, sort_name, organization_id, is_demo FROM tickets_customer WHERE id = %(customer)s
), mine AS (
    (SELECT kind, address FROM tickets_customeridentity WHERE customer_id = %(customer)s ORDER BY id LIMIT %(cap)s)
    UNION
    (SELECT kind, address FROM tickets_toldaddress WHERE customer_id = %(customer)s ORDER BY id LIMIT %(cap)s)
), alike AS (
    SELECT i.customer_id, mine.kind AS reason, mine.address AS detail FROM mine CROSS JOIN LATERAL (
        SELECT customer_id FROM tickets_customeridentity WHERE kind = mine.kind AND address = mine.address LIMIT %(cap)s
    ) i
    UNION
    SELECT t.customer_id, mine.kind, mine.address FROM mine CROSS JOIN LATERAL (
        SELECT customer_id FROM tickets_toldaddress WHERE kind = mine.kind AND address = mine.address LIMIT %(cap)s
    ) t
    UNION
    SELECT c.id, 'name', '' FROM me CROSS JOIN LATERAL (
        SELECT id FROM tickets_customer
        WHERE sort_name = me.sort_name AND sort_name <> '' AND organization_id = me.organization_id LIMIT %(cap)s
    ) c
)
SELECT alike.customer_id, min(alike.reason), min(alike.detail) FROM alike
JOIN tickets_customer other ON other.id = alike.customer_id
JOIN me ON me.is_demo = other.is_demo AND me.id <> other.id
WHERE other.merged_into_id IS NULL AND other.anonymized_at IS NULL AND NOT EXISTS (
    SELECT FROM tickets_notthesame n
    WHERE n.first_id = least(me.id, other.id) AND n.second_id = greatest(me.id, other.id)
)
GROUP BY alike.customer_id ORDER BY alike.customer_id LIMIT %(cap)s
"""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Another customer who might be the same, and why, in words. ``detail`` is the address that both have; may be empty."""

    customer: Customer
    reason: str
    detail: str


def suggest_same(*, customer_id: int, user: Any) -> list[Suggestion]:
    """Customers whom ``user`` may see and who might be this one, at most SHOWN; those told apart are left out. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, {"customer": customer_id, "cap": _CAP})
        found = {pk: (reason, detail) for pk, reason, detail in cursor.fetchall()}
    if not found:
        return []
    others = Customer.objects.visible_to(user).filter(pk__in=found).select_related("organization").order_by("pk")
    return [
        Suggestion(customer=other, reason=_reason(found[other.pk][0]), detail=found[other.pk][1])
        for other in others[:SHOWN]
    ]


def _reason(kind: str) -> str:
    words = {
        "phone": _("Same phone number"),
        "email": _("Same mail address"),
        "name": _("Same name and organisation"),
    }
    return words.get(kind) or _("Same address: %(kind)s") % {"kind": dict(_labels()).get(kind, kind)}


def _labels() -> Iterator[tuple[str, str]]:
    for value, label in identity_kind_choices():
        yield value, str(label)
