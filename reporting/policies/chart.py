"""A bar chart as plain numbers: where each bar stands and how high it is. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """``x`` and ``width`` in percent of the plot, ``y`` and ``height`` in its units from the top."""

    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``groups``: the bars of each place on the axis; ``marks``: (y, value) of the lines across; ``centers`` in percent."""

    height: int
    groups: Sequence[Sequence[Bar]]
    marks: Sequence[tuple[float, int]]
    centers: Sequence[float]


def highest_mark(largest: int) -> int:
    """The round number, 1, 2 or 5 times a power of ten and even at least, that ends the axis above ``largest``."""
    if largest <= 4:
        return 4
    power = 10 ** int(math.log10(largest))
    return next(step * power for step in (*STEPS, 10) if step * power >= largest)


def bar_chart(series: Sequence[Sequence[int]], *, height: int = 150) -> Chart:
    """Bars side by side: ``series`` holds one sequence of values per kind, all of one length."""
    places = len(series[0]) if series else 0
    top = highest_mark(max((value for values in series for value in values), default=0))
    slot = 100 / max(1, places)
    width = slot * 0.64 / max(1, len(series))
    groups = [
        [
            Bar(
                x=round(slot * place + slot * 0.18 + width * kind, 3),
                width=round(width * 0.9, 3),
                y=round(height - height * values[place] / top, 2),
                height=round(height * values[place] / top, 2),
            )
            for kind, values in enumerate(series)
        ]
        for place in range(places)
    ]
    marks = [(round(height - height * part, 2), round(top * part)) for part in (0, 0.5, 1)]
    return Chart(
        height=height, groups=groups, marks=marks, centers=[round(slot * (place + 0.5), 3) for place in range(places)]
    )
