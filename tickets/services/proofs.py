"""Whose an address is: what a provider vouches for, and what somebody only says.

An address that an agent, a form or the CRM has told (``is_claimed``) is no proof. When somebody writes from it, he is that customer
only where nothing could be given away by a mistake: where we have written to the address ourselves, or where nothing else is known of
the customer. Else the writer is a customer of his own, who keeps the address, and the two are offered to agents as one.
"""

from django.db import connection

from tickets.models import Conversation, Customer, CustomerIdentity, ToldAddress

_IS_BARE = """
SELECT c.external_id = '' AND c.attributes = '{}'
    AND NOT EXISTS (SELECT FROM tickets_customeridentity i WHERE i.customer_id = c.id AND i.id <> %s)
    AND NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.customer_id = c.id)
    AND NOT EXISTS (SELECT FROM tickets_customerevent e WHERE e.customer_id = c.id)
FROM tickets_customer c WHERE c.id = %s
"""


def is_his(identity: CustomerIdentity) -> bool:
    """Whether who writes from this address is the customer it stands with."""
    return not identity.is_claimed or _was_written_to(identity) or _is_bare(identity)


def confirm(identity: CustomerIdentity, *, is_vouched: bool) -> None:
    """Somebody has written from the address. Costs nothing where all that was known before."""
    is_verified = identity.is_verified or is_vouched
    if (identity.is_claimed, identity.is_verified) == (False, is_verified):
        return
    identity.is_claimed, identity.is_verified = False, is_verified
    identity.save(update_fields=["is_claimed", "is_verified"])


def give_over(identity: CustomerIdentity, *, to: Customer, is_vouched: bool) -> None:
    """Hand a claimed address to the customer who has now written from it; that it was told of the other one is kept."""
    tell_address(customer_id=identity.customer_id, kind=identity.kind, address=identity.address)
    identity.customer, identity.is_claimed, identity.is_verified = to, False, is_vouched
    identity.save(update_fields=["customer", "is_claimed", "is_verified"])


def tell_address(*, customer_id: int, kind: str, address: str) -> None:
    """Remember an address that somebody says is the customer's, and that another customer has."""
    ToldAddress.objects.get_or_create(customer_id=customer_id, kind=kind, address=address)


def _was_written_to(identity: CustomerIdentity) -> bool:
    return Conversation.objects.filter(identity=identity).exists()


def _is_bare(identity: CustomerIdentity) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_IS_BARE, [identity.pk, identity.customer_id])
        row = cursor.fetchone()
    return bool(row and row[0])
