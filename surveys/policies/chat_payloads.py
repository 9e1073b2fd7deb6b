"""What comes back when a customer presses a button under our question: which question it was, and his score. Pure."""

import re
import uuid
from dataclasses import dataclass

_SHAPE = re.compile(r"survey:([0-9a-f]{32}):([0-9]{1,2})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class PressedScore:
    """``invitation`` is the uuid of the invitation. A payload is no secret: who presses has to be looked at beside it."""

    invitation: uuid.UUID
    score: int


def make_payload(invitation: uuid.UUID, score: int) -> str:
    """The payload of the button of one score; at most 42 characters, which every provider takes."""
    return f"survey:{invitation.hex}:{score}"


def read_payload(payload: str) -> PressedScore | None:
    """What a pressed button says; None for every payload that is not of this shape."""
    match = _SHAPE.fullmatch(payload)
    return None if match is None else PressedScore(invitation=uuid.UUID(match[1]), score=int(match[2]))
