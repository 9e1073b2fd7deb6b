"""To which conversation a message belongs. Pure decisions; the look-ups are in the intake service."""

from collections.abc import Sequence

MOST_REFERENCES = 20


def message_ids_to_look_up(*, in_reply_to: str, references: Sequence[str]) -> list[str]:
    """The ids worth looking up, nearest first: the answered message, then the references from newest to oldest."""
    ordered = ([in_reply_to] if in_reply_to else []) + list(reversed(references))
    return list(dict.fromkeys(ordered))[:MOST_REFERENCES]


def reply_subject(subject: str) -> str:
    """The subject of an answer: one "Re:", however many stood there before."""
    stripped = subject.strip()
    return stripped if stripped[:3].lower() == "re:" else f"Re: {stripped}" if stripped else "Re:"
