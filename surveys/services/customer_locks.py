"""One at a time per customer: two workers cannot both find the quiet period over, nor both open a case for the same cause."""

from collections.abc import Iterable
from typing import Literal

from django.db import connection

_LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) AS name ORDER BY key
) AS sorted
"""


def lock_customers(customer_ids: Iterable[int], *, purpose: Literal["survey", "recovery"] = "survey") -> None:
    """Wait for whoever else is at one of these customers for the same ``purpose`` (asking him, or deciding about his cases); until
    the transaction ends. All of them in one order, so that nobody waits for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[f"{purpose}-customer:{customer_id}" for customer_id in customer_ids]])
