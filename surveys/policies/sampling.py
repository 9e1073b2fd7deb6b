"""Whether a customer is among those who are asked, when only a share of them is. Pure."""

import hashlib


def is_in_sample(*, percent: int, survey_id: int, customer_id: int, ticket_id: int | None, occasion: str) -> bool:
    """Decided by the occasion itself: the same for everybody who asks, whenever and however often.

    Whoever is in a sample is also in every larger one.
    """
    name = f"{survey_id}:{customer_id}:{ticket_id or 0}:{occasion}"
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return place * 100 < percent * 2**64
