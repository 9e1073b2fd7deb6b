"""Keeping the search index: one row per message, written in the transaction that writes the message."""

from collections.abc import Sequence

from helpdesk.common.rows import Batch
from tickets.policies.search_terms import indexed_terms


def index_messages(rows: Sequence[tuple[int, str]]) -> None:
    """Index each (message id, text) in one statement; a message that is indexed already is indexed anew.

    The terms are given to PostgreSQL ready made: its own parser drops the leading mark of a bigram in Khmer and Thai,
    and it splits words differently under each locale. A text of any length and content is taken; ``indexed_terms`` says
    what is cut.
    """
    batch = Batch()
    add_to_index(batch, rows)
    batch.run()


def add_to_index(batch: Batch, rows: Sequence[tuple[int, str]]) -> None:
    """``index_messages`` as one more statement of a batch."""
    if not rows:
        return
    values = ", ".join(["(%s, array_to_tsvector(%s::text[]))"] * len(rows))
    parameters: list[int | list[str]] = []
    for message_id, text in rows:
        parameters += [message_id, indexed_terms(text)]
    batch.add(
        f"INSERT INTO tickets_messagesearch (message_id, vector) VALUES {values} "  # noqa: S608 - placeholders only
        "ON CONFLICT (message_id) DO UPDATE SET vector = EXCLUDED.vector",
        parameters,
    )
