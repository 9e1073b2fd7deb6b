"""Customers as the workspace shows them beside a ticket."""

from django.db.models import Count, Q, Subquery

from tickets.models import Conversation, Customer, CustomerEvent, CustomerIdentity, Ticket
from tickets.selectors.headings import first_words

IDENTITIES_CAP = 20
SUGGESTIONS_CAP = 8


def identities_of_customer(*, customer_id: int) -> list[CustomerIdentity]:
    """The addresses under which somebody writes, verified ones first."""
    identities = CustomerIdentity.objects.filter(customer=customer_id).select_related("channel")
    return list(identities.order_by("-is_verified", "pk")[:IDENTITIES_CAP])


def tickets_of_customer(*, customer_id: int, besides: int, limit: int = 20) -> list[Ticket]:
    """The customer's other tickets, newest first. Whoever may see one of them may see the outline of all.

    Subject and first words are content: show them of tickets that ``visible_to`` gives, of the others number, date and status only.
    """
    return list(
        Ticket.objects.filter(customer=customer_id)
        .exclude(pk=besides)
        .select_related("channel")
        .annotate(first_words=first_words())
        .only("number", "subject", "preview", "status", "opened_at", "is_spam", "channel__name", "channel__kind")
        .order_by("-pk")[:limit]
    )


def known_of_customer(customer_id: int) -> dict[str, int]:
    """How much hangs on a customer, for a page that shows what a merge would move. One statement."""
    counts = Customer.objects.filter(pk=customer_id).values_list(
        *(
            Subquery(model.objects.filter(customer=customer_id).values("customer").annotate(n=Count("pk")).values("n"))
            for model in (Ticket, Conversation, CustomerEvent)
        )
    )
    tickets, conversations, events = counts[0]
    return {"tickets": tickets or 0, "conversations": conversations or 0, "events": events or 0}


def suggest_identities(*, user: object, kind: str, text: str) -> list[CustomerIdentity]:
    """Known addresses of one kind that begin like ``text`` or whose owner's name holds it; of customers ``user`` may see."""
    text = text.strip()
    if len(text) < 3:
        return []
    # Two steps: an OR over the join would keep PostgreSQL from either trigram index.
    named = list(Customer.objects.filter(name__icontains=text).order_by("-pk").values_list("pk", flat=True)[:50])
    matching = Q(address__icontains=text) | Q(customer__in=named)
    identities = CustomerIdentity.objects.filter(
        matching, kind=kind, customer__in=Customer.objects.visible_to(user).filter(merged_into=None)
    )
    return list(identities.select_related("customer").order_by("-pk")[:SUGGESTIONS_CAP])
