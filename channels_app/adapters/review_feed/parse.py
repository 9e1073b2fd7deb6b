"""Reviews of a feed or a table: told apart by their content type or their first bytes. Pure."""

from channels_app.adapters.base import InboundItem
from channels_app.adapters.review_feed.settings import FeedSettings
from channels_app.adapters.review_feed.tables import parse_table
from channels_app.adapters.review_feed.xml import parse_feed

_MARKUP_TYPES = ("xml", "rss", "atom")


def parse_body(body: bytes, content_type: str, settings: FeedSettings) -> list[InboundItem]:
    """Every review in the bytes. Raises ParseError, with the good rows of a table in its ``items``."""
    if is_feed(body, content_type):
        return parse_feed(body, settings)
    return parse_table(body, settings)


def is_feed(body: bytes, content_type: str) -> bool:
    """Whether the bytes are markup: by what the server says, and where it says nothing by how they begin."""
    main = content_type.partition(";")[0].strip().lower()
    if any(word in main for word in _MARKUP_TYPES):
        return True
    if main in ("text/csv", "application/csv", "text/tab-separated-values"):
        return False
    return body.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n\0").startswith(b"<")
