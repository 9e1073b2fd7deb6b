"""Quick replies as files: JSON for moving them, CSV for writing them in a spreadsheet. Pure.

An entry is known again by its scope, its folder ("Delivery / Late") and its title. In CSV each wording is a row of its own: the source
first, its variants behind it. Cells that a spreadsheet would compute carry an apostrophe in front, which is taken away again on reading.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text

MOST_BYTES = 5 * 1024 * 1024
MOST_ENTRIES = 5_000
SEPARATOR = " / "
COLUMNS = (
    "scope", "team", "folder", "title", "shortcut", "wording", "language", "channel", "text", "topics", "is_active",
)  # fmt: skip
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A variant as a file says it."""

    language: str
    channel_kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One quick reply as a file says it; ``line`` is where it begins (JSON: its number in the list)."""

    line: int
    title: str
    text: str
    scope: str = "shared"
    team: str = ""
    folder: str = ""
    shortcut: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    is_active: bool = True
    variants: tuple[Wording, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong in a file, and in which line (JSON: entry)."""

    line: int
    message: str


def write_json(entries: Iterable[Entry]) -> str:
    """The entries as JSON."""
    rows = [
        {name: value for name, value in vars(entry).items() if name not in ("line", "variants", "topics")}
        | {"topics": list(entry.topics), "variants": [dict(vars(variant)) for variant in entry.variants]}
        for entry in entries
    ]
    return json.dumps({"format": 1, "quick_replies": rows}, ensure_ascii=False, indent=1)


def write_csv(entries: Iterable[Entry]) -> str:
    """The entries as CSV with a row of headings, a row a wording."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for entry in entries:
        head = [entry.scope, entry.team, entry.folder, entry.title, entry.shortcut]
        tail = ["; ".join(entry.topics), "yes" if entry.is_active else "no"]
        rows = [[*head, "source", entry.language, "", entry.text, *tail]]
        rows += [[*head, "variant", one.language, one.channel_kind, one.text, "", ""] for one in entry.variants]
        for row in rows:
            writer.writerow([safe_cell(cell) for cell in row])
    return stream.getvalue()


def safe_cell(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if cell.startswith(_COMPUTED) else cell


def plain_cell(cell: str) -> str:
    """What ``safe_cell`` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_COMPUTED) else cell


def read_file(content: bytes) -> tuple[list[Entry], list[Fault]]:
    """The entries of a JSON or CSV file and what of it cannot be read. Raises InvalidInput for what is no such file at all."""
    if len(content) > MOST_BYTES:
        raise InvalidInput("file_too_large", _("The file is larger than 5 MB."), fields={"file": "too large"})
    text = _decoded(content)
    entries, faults = _read_json(text) if text.lstrip().startswith("{") else _read_csv(text)
    if len(entries) > MOST_ENTRIES:
        raise InvalidInput("too_many_entries", _("At most 5,000 quick replies a file."), fields={"file": "too many"})
    return entries, faults


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(_("The file is not written in UTF-8.")) from error


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput("unreadable_file", text, fields={"file": "unreadable"})


def _read_json(text: str) -> tuple[list[Entry], list[Fault]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(_("This is no valid JSON.")) from error
    rows = data.get("quick_replies")
    if not isinstance(rows, list):
        raise _unreadable(_("The file has no list “quick_replies”."))
    entries, faults = [], []
    for number, row in enumerate(rows, start=1):
        entry = _entry_of(row, number) if isinstance(row, Mapping) else None
        if entry is None:
            faults.append(Fault(line=number, message=_("An entry has a title and a text; every value is a text.")))
        else:
            entries.append(entry)
    return entries, faults


def _entry_of(row: Mapping[str, Any], line: int) -> Entry | None:
    texts = {name: _clean(row.get(name, default)) for name, default in _TEXTS.items()}
    topics, variants, is_active = row.get("topics", []), row.get("variants", []), row.get("is_active", True)
    is_sound = (
        all(isinstance(value, str) for value in texts.values())
        and isinstance(topics, list)
        and all(isinstance(topic, str) for topic in topics)
        and isinstance(is_active, bool)
        and isinstance(variants, list)
        and all(isinstance(one, Mapping) for one in variants)
    )
    if not is_sound or not texts["title"].strip() or not texts["text"].strip():
        return None
    wordings = []
    for one in variants:
        values = [_clean(one.get(name, "")) for name in ("language", "channel_kind", "text")]
        if not all(isinstance(value, str) for value in values):
            return None
        wordings.append(Wording(language=values[0], channel_kind=values[1], text=values[2]))
    return Entry(line=line, topics=tuple(topics), is_active=is_active, variants=tuple(wordings), **texts)


def _clean(value: Any) -> Any:
    """A text as it may be stored: an escape in JSON can hide what the database refuses."""
    return clean_text(value) if isinstance(value, str) else value


_TEXTS = {
    "title": "", "text": "", "scope": "shared", "team": "", "folder": "", "shortcut": "", "language": "",
}  # fmt: skip


def _read_csv(text: str) -> tuple[list[Entry], list[Fault]]:
    # The reader's own limit is for a field; ours is for the file.
    csv.field_size_limit(MOST_BYTES)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        headings = [heading.strip() for heading in reader.fieldnames or []]
        if not {"title", "text"} <= set(headings):
            raise _unreadable(_("The first line names the columns, “title” and “text” among them."))
        reader.fieldnames = headings
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _unreadable(_("This is no valid CSV.")) from error
    return _grouped(rows)


def _grouped(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[list[Entry], list[Fault]]:
    """Sources with the variants that stand behind them; a variant without its source is a fault."""
    entries: dict[tuple[str, ...], Entry] = {}
    faults: list[Fault] = []
    for line, row in rows:
        cells = {
            name: plain_cell(clean_text(value))
            for name, value in row.items()
            if name in COLUMNS and isinstance(value, str)
        }
        if not any(value.strip() for value in cells.values()):
            continue
        scope = cells.get("scope", "").strip() or "shared"
        key = (scope, *(cells.get(name, "").strip() for name in ("team", "folder", "title")))
        text = cells.get("text", "")
        if not key[-1] or not text.strip():
            faults.append(Fault(line=line, message=_("Title and text are needed.")))
        elif cells.get("wording", "").strip() == "variant":
            source = entries.get(key)
            if source is None:
                faults.append(Fault(line=line, message=_("The source of this variant must stand above it.")))
                continue
            language, kind = cells.get("language", "").strip(), cells.get("channel", "").strip()
            wording = Wording(language=language, channel_kind=kind, text=text)
            entries[key] = replace(source, variants=(*source.variants, wording))
        elif key in entries:
            faults.append(Fault(line=line, message=_("The same title stands in this folder above already.")))
        else:
            entries[key] = _source_of(cells, key, text, line)
    return list(entries.values()), faults


def _source_of(cells: Mapping[str, str], key: tuple[str, ...], text: str, line: int) -> Entry:
    topics = tuple(topic.strip() for topic in cells.get("topics", "").split(";") if topic.strip())
    return Entry(
        line=line,
        scope=key[0],
        team=key[1],
        folder=key[2],
        title=key[3],
        text=text,
        shortcut=cells.get("shortcut", "").strip(),
        language=cells.get("language", "").strip(),
        topics=topics,
        is_active=cells.get("is_active", "").strip().casefold() not in ("no", "0", "false"),
    )
