"""Values as cells of a table that a spreadsheet will open. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet compute instead of show; the wide forms are read the same by some of them.
_FORMULA = re.compile(r"^(?=\s*[=+\-@\t\r＝＋－＠])", re.MULTILINE)


def cell(value: Any) -> str:
    """The text of a cell. Text that a spreadsheet would run gets an apostrophe before it, on every line; numbers stay.

    Reading back: an apostrophe that stands before ``= + - @``, a tab or a carriage return is not part of the text.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _FORMULA.sub("'", text)


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV file (RFC 4180: commas, CRLF, a header line)."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()
