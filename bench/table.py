"""The table that the suite prints."""

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("job", "ours", "reference", "ratio", "floor", "ambition", "met", "SQL")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line. ``met`` is None where nothing was promised; ``queries`` counts statements of one operation."""

    job: str
    ours: str
    reference: str = ""
    ratio: str = ""
    floor: str = ""
    ambition: str = ""
    met: bool | None = None
    queries: str = ""


def table(rows: Sequence[Row]) -> str:
    """The rows as text in columns."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    met = "" if row.met is None else "yes" if row.met else "NO"
    return (row.job, row.ours, row.reference, row.ratio, row.floor, row.ambition, met, row.queries)
