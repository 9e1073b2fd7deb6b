"""Reviews in a feed: RSS 2.0, RSS 1.0 and Atom, with the elements that sites add for ratings. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import ParseError as XmlError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from channels_app.adapters.base import Address, Ignored, InboundItem, ParseError, ReviewReceived, digest
from channels_app.adapters.review_feed.settings import FeedSettings
from channels_app.adapters.review_feed.tables import read_rating, read_time
from channels_app.adapters.review_values import IDENTITY_KIND
from helpdesk.common.html import html_to_text
from helpdesk.common.text import clean_text, one_line

MAX_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_TEXT_CHARACTERS = 50_000
_RATINGS = ("rating", "ratingvalue", "score", "stars")
_SCALES = ("bestrating", "best")


def parse_feed(body: bytes, settings: FeedSettings) -> list[InboundItem]:
    """The reviews of a feed; entries without an id are known by their address. Raises ParseError.

    Entities, document types and references to other files are refused: no feed needs them.
    """
    if len(body) > MAX_BYTES:
        raise ParseError("too_large", f"The feed is larger than {MAX_BYTES // (1024 * 1024)} MB.")
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise ParseError("forbidden_xml", "The feed declares a document type or entities.") from None
    except (XmlError, ValueError, LookupError, RecursionError, AssertionError):
        raise ParseError("invalid_xml", "The feed is no well-formed XML.") from None
    entries = [element for element in root.iter() if _name(element) in ("item", "entry")]
    if _name(root) not in ("rss", "feed", "rdf") or len(entries) > MAX_ENTRIES:
        raise ParseError("not_a_feed", f"This is no feed of RSS or Atom with at most {MAX_ENTRIES} entries.")
    items: list[InboundItem] = [item for entry in entries if (item := _review(entry, settings)) is not None]
    return items or [Ignored(dedup_key=digest("empty", body), reason="no_reviews")]


def _review(entry: Element, settings: FeedSettings) -> ReviewReceived | None:
    """The review of an entry; None for an entry that is none (an app's own line in its store's feed)."""
    url = _link(entry)
    review_id = (_text(entry, "guid", "id") or url)[:500]
    text, title = _body(entry), one_line(_text(entry, "title"))[:500]
    if not review_id or not (text or title):
        return None
    posted_at = _time(_text(entry, "pubdate", "published", "date", "issued"))
    updated_at = _time(_text(entry, "updated", "modified"))
    scale = _scale(entry, settings)
    rating = _rating(entry, scale)
    return ReviewReceived(
        dedup_key=digest("review", review_id, str(updated_at), str(rating), title, text),
        external_id=review_id,
        sent_at=posted_at or updated_at,
        author=Address(address=review_id[:320], name=_author(entry), kind=IDENTITY_KIND),
        rating=rating,
        scale=scale,
        title=title,
        text=text,
        url=url or settings.site_url,
        edited_at=updated_at,
    )


def _name(element: Element) -> str:
    """The name without its namespace, in lower case; comments and instructions have none."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _children(entry: Element, *names: str) -> Iterator[Element]:
    for name in names:
        yield from (child for child in entry if _name(child) == name)


def _text(entry: Element, *names: str) -> str:
    found = next((child for child in _children(entry, *names) if child.text and child.text.strip()), None)
    return clean_text(found.text or "").strip() if found is not None else ""


def _body(entry: Element) -> str:
    """The text of the entry, of whichever element says most plainly what was written."""
    # Stores offer the text twice, as text and as a page about it.
    candidates = sorted(
        _children(entry, "content", "encoded", "description", "summary"), key=lambda c: c.get("type") == "html"
    )
    for candidate in candidates:
        written = "".join(candidate.itertext()) if candidate.get("type") == "xhtml" else candidate.text or ""
        if written.strip():
            is_plain = candidate.get("type") in ("text", "xhtml") or "<" not in unescape(written)
            text = unescape(written) if is_plain else html_to_text(unescape(written) if "&lt;" in written else written)
            return clean_text(text).strip()[:MAX_TEXT_CHARACTERS]
    return ""


def _link(entry: Element) -> str:
    for link in _children(entry, "link"):
        address = link.get("href") or (link.text or "")
        if link.get("rel", "alternate") in ("alternate", "related") and address.strip():
            return one_line(address)[:2000]
    return ""


def _author(entry: Element) -> str:
    for author in _children(entry, "author", "creator"):
        name = _text(author, "name") or (author.text or "")
        if name.strip():
            return one_line(clean_text(name))[:200]
    return ""


def _descendant(entry: Element, names: tuple[str, ...]) -> str:
    for element in entry.iter():
        if _name(element) in names and element.text and element.text.strip():
            return element.text.strip()
    return ""


def _scale(entry: Element, settings: FeedSettings) -> int:
    written = _descendant(entry, _SCALES)
    return int(written) if written.isascii() and written.isdigit() and 1 <= int(written[:4]) <= 1000 else settings.scale


def _rating(entry: Element, scale: int) -> float | None:
    try:
        return read_rating(_descendant(entry, _RATINGS), scale=scale)
    except ParseError:
        return None  # an element of that name that means something else


def _time(written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = parsedate_to_datetime(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        pass
    try:
        return read_time(written)
    except ParseError:
        return None
