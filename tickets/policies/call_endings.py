"""What a higher app may ask a caller at the end of a call, and how. See HELPDESK_CALL_ENDINGS. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tickets.models import Call


@dataclass(frozen=True, kw_only=True)
class CallQuestion:
    """What is read out, and how many keys an answer may have."""

    sentences: Sequence[str]
    most_digits: int = 1


class CallEnding(Protocol):
    """What a class that HELPDESK_CALL_ENDINGS names does. Both are called while the caller waits: no network, no long work.

    ``language`` is the one that the call is held in.
    """

    def offer(self, call: "Call", *, language: str) -> CallQuestion | None:
        """The question for a caller who has just talked to somebody; None: there is none. Changes nothing: he may have hung up."""

    def take(self, call: "Call", *, digits: str, speech: str, language: str) -> str | None:
        """Take the answer, and what is said to it; None where it is no answer. The same answer again changes nothing."""
