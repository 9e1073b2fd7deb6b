"""Reviews in a table (CSV): columns by heading, errors by line. Pure; nothing in a cell is ever computed."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime

from channels_app.adapters.base import Address, InboundItem, ParseError, ReviewReceived, digest
from channels_app.adapters.review_feed.settings import COLUMNS, FeedSettings
from channels_app.adapters.review_values import IDENTITY_KIND
from helpdesk.common.text import clean_text, one_line

MAX_ROWS = 10_000
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 50_000
MOST_FAULTS_TOLD = 20
_FORMULA_STARTS = ("=", "+", "-", "@")
_TRUE = frozenset({"1", "true", "yes", "y", "x"})
_DATE_FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%b %d, %Y", "%d %b %Y", "%Y/%m/%d")


def parse_table(body: bytes, settings: FeedSettings) -> list[InboundItem]:
    """The reviews of a table, one a row.

    Raises ParseError with the number of every line at fault (the first twenty, one a line) and the reviews of the others in ``items``.
    """
    rows = _read_rows(_decode(body), settings)
    columns = _columns(rows[0][1], settings)
    items: list[InboundItem] = []
    faults: list[str] = []
    for line, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            items.append(_review(_named(cells, columns), settings))
        except ParseError as fault:
            faults.append(f"line {line}: {fault.message}")
    if faults:
        more = [f"and {len(faults) - MOST_FAULTS_TOLD} more"] if len(faults) > MOST_FAULTS_TOLD else []
        raise ParseError("bad_rows", "\n".join([*faults[:MOST_FAULTS_TOLD], *more]), items=items)
    return items


def _decode(body: bytes) -> str:
    encoding = "utf-16" if b"\0" in body[:4000] else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise ParseError("not_a_table", "The file is no text.") from None
        # What spreadsheets in the West write when nobody asks them for UTF-8; it has a sign for every byte.
        return body.decode("cp1252", "replace")


def _read_rows(text: str, settings: FeedSettings) -> list[tuple[int, list[str]]]:
    """(number of the line where the row ends, cells); the first row holds the headings."""
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = settings.delimiter or max(",;\t|", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if not cells:
                continue
            if len(cells) > MAX_COLUMNS or any(len(cell) > MAX_CELL_CHARACTERS for cell in cells):
                raise ParseError("too_long", f"line {reader.line_num}: the row is too long.")
            rows.append((reader.line_num, cells))
            if len(rows) > MAX_ROWS + 1:
                raise ParseError("too_many", f"More than {MAX_ROWS} rows; split the file.")
    except csv.Error as error:
        raise ParseError("not_a_table", f"line {reader.line_num}: {error}.") from None
    if len(rows) < 2:
        raise ParseError("empty_table", "The table needs a row of headings and at least one row below it.")
    return rows


def _columns(headings: Sequence[str], settings: FeedSettings) -> dict[str, int]:
    """What each column tells, by the channel's settings, else by usual headings."""
    places = {one_line(heading).casefold(): index for index, heading in reversed(list(enumerate(headings)))}
    columns = {}
    for name, usual in COLUMNS.items():
        wanted = settings.columns.get(name)
        if wanted is not None and one_line(wanted).casefold() not in places:
            raise ParseError("missing_column", f"There is no column “{wanted}” for the {name}.")
        names = (wanted,) if wanted is not None else usual
        found = next((places[key] for one in names if (key := one_line(one).casefold()) in places), None)
        if found is not None:
            columns[name] = found
    if "text" not in columns and "rating" not in columns:
        raise ParseError("missing_column", "There is neither a column for the text nor one for the rating.")
    return columns


def _named(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {name: _plain(cells[index]) for name, index in columns.items() if index < len(cells)}


def _plain(cell: str) -> str:
    """The text of a cell. An apostrophe that a careful export put before a formula is taken off; the formula stays text."""
    cell = clean_text(cell).strip()
    return cell[1:] if cell.startswith("'") and cell[1:2] in _FORMULA_STARTS else cell


def _review(row: Mapping[str, str], settings: FeedSettings) -> ReviewReceived:
    posted_at, edited_at = read_time(row.get("date", "")), read_time(row.get("edited", ""))
    author, text, title = one_line(row.get("author", ""))[:200], row.get("text", ""), one_line(row.get("title", ""))
    rating = read_rating(row.get("rating", ""), scale=settings.scale)
    if rating is None and not text and not title:
        raise ParseError("empty_review", "neither a rating nor a text")
    # Without an id a review is who wrote when: an edit of its text stays the same review.
    review_id = row.get("id", "")[:500] or digest(author, str(posted_at), "" if posted_at else text).hex()[:32]
    is_deleted = row.get("deleted", "").casefold() in _TRUE
    claimed = {"order": row["order"][:200]} if row.get("order") else {}
    return ReviewReceived(
        dedup_key=digest(
            "review", review_id, str(edited_at), str(rating), title, text, str(is_deleted), row.get("reply", "")
        ),
        external_id=review_id,
        sent_at=posted_at,
        author=Address(address=review_id[:320], name=author, kind=IDENTITY_KIND),
        rating=rating,
        scale=settings.scale,
        title=title,
        text=text,
        url=row.get("url", "") or settings.site_url,
        language=row.get("language", "")[:12],
        edited_at=edited_at,
        is_deleted=is_deleted,
        reply=row.get("reply", ""),
        details={"claimed": claimed} if claimed else {},
    )


def read_rating(written: str, *, scale: int) -> float | None:
    """A rating as sites write it: 4, 4.5, 4,5, 4/5, ★★★★☆; None for none. Raises ParseError for what is off the scale."""
    written = written.strip()
    if not written:
        return None
    if set(written) <= {"★", "☆", "⭐", "\ufe0f"}:
        value: float | None = float(written.count("★") + written.count("⭐"))
    else:
        number = written.partition("/")[0].strip().replace(",", ".")
        value = _number(number)
    if value is None or not 0 <= value <= scale:
        raise ParseError("invalid_rating", f"“{one_line(written)[:40]}” is no rating from 0 to {scale}")
    return value


def _number(written: str) -> float | None:
    if not written.isascii() or len(written) > 12 or not written.replace(".", "", 1).isdigit():
        return None
    return float(written)


def read_time(written: str) -> datetime | None:
    """An instant or a day (its beginning in UTC); None for nothing. Raises ParseError for what is neither."""
    written = written.strip()
    if not written:
        return None
    try:
        moment = parse_datetime(written)
        day = parse_date(written) if moment is None else None
    except ValueError:
        moment = day = None
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = moment or _by_format(written)
    if moment is None:
        raise ParseError(
            "invalid_time", f"“{one_line(written)[:40]}” is no date; write 2026-11-30 or 2026-11-30T14:05:00Z"
        )
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ParseError("invalid_time", "the date is out of range") from None


def _by_format(written: str) -> datetime | None:
    for known in _DATE_FORMATS:
        try:
            return datetime.strptime(written, known).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
