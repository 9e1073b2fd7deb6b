"""Which terms a text is found under: the same rule when a message is indexed and when somebody searches."""

from helpdesk.common.text import text_for_search

# A longer run of letters is a key or an encoded file; its beginning is enough. PostgreSQL refuses lexemes over 2 kB.
MAX_TERM_CHARACTERS = 100
# 4 bytes a character at worst, terms counted once: stays below the 1 MB at which PostgreSQL refuses a tsvector.
MAX_INDEXED_CHARACTERS = 200_000
MAX_QUERY_CHARACTERS = 200
MAX_QUERY_TERMS = 12


def indexed_terms(text: str) -> list[str]:
    """The distinct terms of a message, in order of appearance."""
    words = text_for_search(text)[:MAX_INDEXED_CHARACTERS].split()
    return list(dict.fromkeys(word[:MAX_TERM_CHARACTERS] for word in words))


def asked_terms(query: str) -> list[str]:
    """The distinct terms that a message must all hold to be found; empty when the query has no letter and no digit."""
    return indexed_terms(query[:MAX_QUERY_CHARACTERS])[:MAX_QUERY_TERMS]


def as_tsquery(terms: list[str]) -> str:
    """The terms as a PostgreSQL tsquery literal that asks for all of them; no operator can come from a term."""
    quoted = (term.replace("\\", "\\\\").replace("'", "''") for term in terms)
    return " & ".join(f"'{term}'" for term in quoted)
