"""Finding tickets and messages: exact things first (number, address, phone), then names and the full text.

The full text is asked behind a fence: PostgreSQL would otherwise walk the messages by id and compare each. A very
common word gives some of its hits only, at most ``HITS_CAP``, but always those among the ``NEWEST_SEARCHED`` newest
messages.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db import connection

from channels_app.registry import identity_kind_choices
from helpdesk.common.text import clean_text, normalise_email
from tickets.models import CustomerIdentity, Message, Ticket
from tickets.policies.search_terms import MAX_QUERY_CHARACTERS, as_tsquery, asked_terms

HITS_CAP = 500
NEWEST_SEARCHED = 1000
TICKETS_BY_TEXT_CAP = 300
TICKETS_OF_ADDRESS_CAP = 200
CUSTOMERS_AT_ADDRESS_CAP = 50
CUSTOMERS_BY_NAME_CAP = 20

_NUMBER = re.compile(r"#?(\d{1,18})")
_PHONE = re.compile(r"\+?[\d\s().\-/]{6,30}")
_BLANK = re.compile(r"\s")
_NAME_LETTERS = re.compile(r"\w{3}")

_HITS = """
hits AS MATERIALIZED (
    SELECT message_id FROM tickets_messagesearch WHERE vector @@ %(terms)s::tsquery LIMIT %(cap)s
), newest AS MATERIALIZED (
    SELECT message_id FROM (
        SELECT message_id, vector FROM tickets_messagesearch
        WHERE (SELECT count(*) FROM hits) >= %(cap)s ORDER BY message_id DESC LIMIT %(newest)s
    ) AS recent WHERE vector @@ %(terms)s::tsquery
), found AS MATERIALIZED (
    SELECT message_id FROM hits UNION SELECT message_id FROM newest ORDER BY message_id DESC LIMIT %(cap)s
)
"""
_MESSAGES = f"WITH {_HITS} SELECT message_id FROM found ORDER BY message_id DESC"  # noqa: S608
_TICKETS = f"""
WITH {_HITS}, known AS MATERIALIZED (
    SELECT customer_id FROM tickets_customeridentity
    WHERE kind = ANY(%(kinds)s) AND address = ANY(%(addresses)s)
    LIMIT %(known)s
), named AS MATERIALIZED (
    SELECT id AS customer_id FROM tickets_customer WHERE %(name)s <> '' AND UPPER(name) LIKE UPPER(%(name)s)
    LIMIT %(names)s
)
(SELECT id, TRUE FROM tickets_ticket WHERE number = %(number)s)
UNION ALL (
    SELECT id, TRUE FROM tickets_ticket WHERE customer_id IN (SELECT customer_id FROM known)
    ORDER BY id DESC LIMIT %(own)s
)
UNION ALL (
    SELECT id, FALSE FROM tickets_ticket WHERE customer_id IN (SELECT customer_id FROM named)
    ORDER BY id DESC LIMIT %(own)s
)
UNION ALL (
    SELECT id, FALSE FROM tickets_ticket
    WHERE id IN (SELECT ticket_id FROM tickets_message WHERE id IN (SELECT message_id FROM found))
    ORDER BY last_message_at DESC, id DESC LIMIT %(tickets)s
)
"""  # noqa: S608 - every value is a parameter


@dataclass(frozen=True, kw_only=True)
class FoundTickets:
    """Ticket ids before anybody's rights are looked at; ``exact`` are those whose number or address was asked for."""

    exact: frozenset[int]
    all: frozenset[int]


def find_tickets(query: str) -> FoundTickets:
    """Everything that matches, for a caller that applies ``visible_to`` to the ids. One statement."""
    query = clean_text(query[:MAX_QUERY_CHARACTERS]).strip()
    terms = asked_terms(query)
    addresses = _addresses(query)
    if not terms and not addresses:
        return FoundTickets(exact=frozenset(), all=frozenset())
    number = _NUMBER.fullmatch(query)
    parameters = _hit_parameters(terms) | {
        "number": int(number[1]) if number else None,
        "kinds": _identity_kinds(),
        "known": CUSTOMERS_AT_ADDRESS_CAP,
        "addresses": addresses,
        "name": _name_pattern(query),
        "names": CUSTOMERS_BY_NAME_CAP,
        "tickets": TICKETS_BY_TEXT_CAP,
        "own": TICKETS_OF_ADDRESS_CAP,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TICKETS, parameters)
        rows = cursor.fetchall()
    return FoundTickets(
        exact=frozenset(pk for pk, is_exact in rows if is_exact), all=frozenset(pk for pk, _is_exact in rows)
    )


def find_messages(query: str) -> list[int]:
    """Ids of messages with all the words of ``query``, newest first, before anybody's rights are looked at."""
    terms = asked_terms(clean_text(query[:MAX_QUERY_CHARACTERS]))
    if not terms:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, _hit_parameters(terms))
        return [pk for (pk,) in cursor.fetchall()]


def search_tickets(*, query: str, user: Any, limit: int = 200) -> list[int]:
    """Ids of the tickets that ``user`` may see and that match: exact ones first, then by their newest message."""
    found = find_tickets(query)
    if not found.all:
        return []
    seen = Ticket.objects.visible_to(user).filter(pk__in=found.all).order_by("-last_message_at", "-pk")
    ids = list(seen.values_list("pk", flat=True))
    return sorted(ids, key=lambda pk: pk not in found.exact)[:limit]


def search_messages(*, query: str, user: Any, limit: int = 200) -> list[int]:
    """Ids of the messages that ``user`` may see and that hold all the words of ``query``, newest first."""
    found = find_messages(query)
    if not found:
        return []
    seen = Message.objects.visible_to(user).filter(pk__in=found).order_by("-pk")
    return list(seen.values_list("pk", flat=True)[:limit])


def customers_at(address: str) -> list[int]:
    """Ids of the customers with exactly this address, however it is written; before anybody's rights are looked at."""
    stored = _addresses(clean_text(address[:MAX_QUERY_CHARACTERS]).strip())
    if not stored:
        return []
    identities = CustomerIdentity.objects.filter(kind__in=_identity_kinds(), address__in=stored)
    return list(identities.values_list("customer_id", flat=True)[:CUSTOMERS_AT_ADDRESS_CAP])


def _identity_kinds() -> list[str]:
    """With the kinds the constraint's index answers; an address alone would read the whole table."""
    return [kind for kind, _label in identity_kind_choices()]


def _hit_parameters(terms: list[str]) -> dict[str, Any]:
    # NULL matches nothing and costs nothing: a query without words may still be a phone number in brackets.
    return {"terms": as_tsquery(terms) if terms else None, "cap": HITS_CAP, "newest": NEWEST_SEARCHED}


def _addresses(query: str) -> list[str]:
    """The stored forms of what may be a mail address, a phone number, or somebody's id on a channel."""
    if "@" in query:
        address = normalise_email(query)
        return [address] if address else []
    addresses = [] if _BLANK.search(query) or not query else [query]
    if _PHONE.fullmatch(query):
        digits = re.sub(r"\D", "", query)
        addresses += [digits, f"+{digits}"] if len(digits) >= 6 else []
    return addresses


def _name_pattern(query: str) -> str:
    """A LIKE pattern that the trigram index can answer; "" for what has no three letters in a row."""
    if not _NAME_LETTERS.search(query) or query.isdigit():
        return ""
    escaped = query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
