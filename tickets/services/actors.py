"""Who does something: every service names him, every event keeps him."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class Actor:
    """``kind`` is agent, customer, bot or system; ``user_id`` is set for agents only."""

    kind: str
    user_id: int | None = None

    @classmethod
    def agent(cls, user: "User") -> "Actor":
        """A signed-in person who works here."""
        return cls(kind="agent", user_id=user.pk)

    @classmethod
    def customer(cls) -> "Actor":
        """The customer of the ticket."""
        return cls(kind="customer")

    @classmethod
    def bot(cls) -> "Actor":
        """The bot of the channel."""
        return cls(kind="bot")

    @classmethod
    def system(cls) -> "Actor":
        """A scheduled job or a rule."""
        return cls(kind="system")
