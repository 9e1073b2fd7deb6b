"""The versions of a review: what its author can change, in what order it happened, and what of it is kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels_app.adapters.base import ReviewReceived
from channels_app.policies.ratings import five_stars
from helpdesk.common.text import clean_text, one_line

MOST_VERSIONS = 50


@dataclass(frozen=True, kw_only=True)
class Version:
    """What an author can change of a review, and when he did."""

    at: datetime
    rating: float | None
    scale: int
    title: str
    text: str

    @classmethod
    def of(cls, item: ReviewReceived, received_at: datetime) -> "Version":
        return cls(
            at=item.edited_at or received_at,
            rating=item.rating,
            scale=min(max(item.scale, 1), 1000),
            title=one_line(clean_text(item.title))[:500],
            text=clean_text(item.text),
        )

    @property
    def content(self) -> tuple[Any, ...]:
        return (self.rating, self.scale if self.rating is not None else None, self.title, self.text.split())

    @property
    def stars(self) -> float | None:
        return None if self.rating is None else five_stars(self.rating, scale=self.scale)

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "rating": self.rating,
            "scale": self.scale,
            "title": self.title,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Version":
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"])})


def add_version(history: Sequence[Version], version: Version) -> list[Version]:
    """The earlier versions with one more, oldest first, each once.

    Of too many the first one stays, for which the ticket was opened, and the newest.
    """
    if any(one.at == version.at and one.content == version.content for one in history):
        return list(history)
    known = sorted([*history, version], key=lambda one: one.at)
    return known if len(known) <= MOST_VERSIONS else [known[0], *known[-(MOST_VERSIONS - 1) :]]


def web_address(url: str) -> str:
    """Only what a browser may open: a stranger's ``javascript:`` is no address."""
    clean = one_line(clean_text(url))[:2000]
    return clean if clean.startswith(("https://", "http://")) else ""
