"""How a source writes its reviews, as the channel's settings say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What a table may tell of a review, and under which headings we look for it without being told.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "review id", "review_id", "reviewid", "guid", "uuid"),
    "author": ("author", "name", "reviewer", "reviewer name", "user", "customer", "author name"),
    "rating": ("rating", "stars", "score", "star rating", "star_rating", "review rating"),
    "title": ("title", "headline", "subject", "review title"),
    "text": ("text", "review", "comment", "body", "content", "review text", "review_text", "message"),
    "url": ("url", "link", "address", "permalink", "review url"),
    "date": ("date", "created", "created at", "created_at", "published", "posted", "time", "review date"),
    "edited": ("edited", "updated", "updated at", "updated_at", "changed"),
    "language": ("language", "lang", "locale"),
    "reply": ("reply", "answer", "owner reply", "response", "company reply"),
    "deleted": ("deleted", "removed"),
    "order": ("order", "order id", "order number", "order_id", "reference id", "reference"),
}


@dataclass(frozen=True, kw_only=True)
class FeedSettings:
    """``scale``: the best value a rating can have. ``columns``: column of the table by what it tells. ``site_url``: the site's page."""

    scale: int = 5
    columns: Mapping[str, str] = field(default_factory=dict)
    site_url: str = ""
    delimiter: str = ""

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "FeedSettings":
        scale = config.get("scale")
        columns = {name: str(config[f"column_{name}"]) for name in COLUMNS if config.get(f"column_{name}")}
        return cls(
            scale=scale if isinstance(scale, int) and 1 <= scale <= 1000 else 5,
            columns=columns,
            site_url=str(config.get("site_url") or ""),
            delimiter=str(config.get("delimiter") or ""),
        )
