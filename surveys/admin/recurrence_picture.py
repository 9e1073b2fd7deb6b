"""The small picture of a cause before and after a correction: four bars, two for 30 days and two for 90."""

from dataclasses import dataclass

from surveys.selectors.recurrence import Recurrence

HEIGHT, WIDTH, _GAP, _PAIR = 40, 18, 4, 14


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar, in units of the picture (108 wide, 44 high). ``when``: before, after, or unknown while the days are not over."""

    x: int
    y: float
    height: float
    when: str


def bars_of(row: Recurrence) -> list[Bar]:
    """Before and after 30 days, before and after 90; the highest fills the picture, nothing at all is a line on the ground."""
    counts = (row.before_30, row.after_30, row.before_90, row.after_90)
    highest = max([count for count in counts if count is not None], default=0) or 1
    bars = []
    for index, count in enumerate(counts):
        x = index * (WIDTH + _GAP) + (_PAIR if index > 1 else 0)
        height = HEIGHT if count is None else max(1.5, round(HEIGHT * count / highest, 1))
        when = "unknown" if count is None else "after" if index % 2 else "before"
        bars.append(Bar(x=x, y=HEIGHT + 2 - height, height=height, when=when))
    return bars
