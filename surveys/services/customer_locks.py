"""One question at a time per customer, so that two workers cannot both find the quiet period over."""

from collections.abc import Iterable

from django.db import connection

_LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(%s::text[]) AS name ORDER BY key
) AS sorted
"""


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Wait for whoever else is asking one of these customers; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[f"survey-customer:{customer_id}" for customer_id in customer_ids]])
