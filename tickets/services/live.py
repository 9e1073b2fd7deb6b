"""Telling other processes that something happened in a live conversation: NOTIFY with ids, heard when the transaction commits."""

from django.db import connection

CHANNEL = "helpdesk_live"
MESSAGE, AGENT_TYPING, VISITOR_TYPING = "m", "a", "v"


def tell_message(*, conversation_id: int, ticket_id: int, sequence: int) -> None:
    """A message of the conversation is new or has changed; ``sequence`` is the ticket's event that says so."""
    _notify(f"{MESSAGE}:{conversation_id}:{ticket_id}:{sequence}")


def tell_agent_typing(*, conversation_id: int, agent_id: int) -> None:
    """An agent writes in the conversation right now. Kept nowhere."""
    _notify(f"{AGENT_TYPING}:{conversation_id}:{agent_id}")


def tell_visitor_typing(*, conversation_id: int) -> None:
    """The visitor writes right now. Kept nowhere."""
    _notify(f"{VISITOR_TYPING}:{conversation_id}")


def _notify(payload: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
