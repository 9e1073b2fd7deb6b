"""What the customer pages of the admin show: a search that stays fast, and the outline of a customer's tickets."""

import re
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from helpdesk.common.phones import normalise_phone
from helpdesk.common.text import clean_text, fold_for_sorting, normalise_email
from helpdesk.core.services import read_site_settings
from tickets.models import Customer, CustomerEvent, CustomerIdentity, CustomerMerge, Ticket

FOUND_CAP = 300
SHOWN_TICKETS = 20
SHOWN_IDENTITIES = 50
SHOWN_EVENTS = 50
SHOWN_MERGES = 20
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,30}")
_LETTERS = re.compile(r"\w{3}")

# Two trigram probes and no join: with OR over a join PostgreSQL compares every customer.
_BY_TEXT = """
(SELECT id FROM tickets_customer WHERE UPPER(name) LIKE UPPER(%(pattern)s) LIMIT %(cap)s)
UNION
(SELECT customer_id FROM tickets_customeridentity WHERE UPPER(address) LIKE UPPER(%(pattern)s) LIMIT %(cap)s)
"""
_BY_START = "SELECT id FROM tickets_customer WHERE sort_name LIKE %(pattern)s ORDER BY sort_name, id LIMIT %(cap)s"


def find_customers(query: str) -> list[int]:
    """Ids of customers by address or name, before anybody's rights are looked at; at most about twice FOUND_CAP.

    A whole mail address or phone number finds its owner only. One or two letters match the beginning of names.
    """
    query = clean_text(query[:200]).strip()
    if not query:
        return []
    exact = _addresses(query)
    if exact:
        owners = CustomerIdentity.objects.filter(address__in=exact).values_list("customer_id", flat=True)[:FOUND_CAP]
        if owners:
            return list(owners)
    is_long = _LETTERS.search(query) is not None
    pattern = f"%{_escaped(query)}%" if is_long else f"{_escaped(fold_for_sorting(query))}%"
    with connection.cursor() as cursor:
        cursor.execute(_BY_TEXT if is_long else _BY_START, {"pattern": pattern, "cap": FOUND_CAP})
        return [pk for (pk,) in cursor.fetchall()]


def ticket_outline(*, customer: Customer, user: Any) -> QuerySet[Ticket]:
    """The customer's newest tickets, at most SHOWN_TICKETS, each with ``is_open_to_user``."""
    return outline_of(customer_id=customer.pk, user=user).select_related("assignee")[:SHOWN_TICKETS]


def outline_of(*, customer_id: int, user: Any) -> QuerySet[Ticket]:
    """All tickets of a customer whom ``user`` may see, the newest first, each with ``is_open_to_user``.

    Whoever may see the customer sees date, channel, topic and status of all of them; the rest only where the ticket is open to him.
    """
    is_open = Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("pk")))
    tickets = Ticket.objects.filter(customer=customer_id, merged_into=None).select_related("channel", "topic")
    return tickets.annotate(is_open_to_user=is_open).order_by("-last_message_at", "-pk")


def outside_events(*, customer_id: int) -> QuerySet[CustomerEvent]:
    """What other systems told of the customer, the newest first."""
    return CustomerEvent.objects.filter(customer=customer_id).order_by("-occurred_at", "-pk")


def merges_of(*, customer_id: int) -> QuerySet[CustomerMerge]:
    """The merges into this customer, the newest first."""
    merges = CustomerMerge.objects.filter(winner=customer_id).select_related("loser", "by", "undone_by")
    return merges.order_by("-merged_at", "-pk")


def _addresses(query: str) -> list[str]:
    if "@" in query:
        address = normalise_email(query)
        return [address] if address else []
    if _PHONE.fullmatch(query):
        digits = re.sub(r"\D", "", query)
        return [digits, f"+{digits}", normalise_phone(query, country=read_site_settings().default_country) or digits]
    return []


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
