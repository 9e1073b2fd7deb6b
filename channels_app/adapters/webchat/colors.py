"""Colours that can be read: from the one colour that somebody chose to those of both themes. Pure (WCAG 2.2, 1.4.3)."""

import re
from dataclasses import asdict, dataclass

ENOUGH = 4.5
DEFAULT = "#3350c8"
# What the widget writes on, by theme.
GROUNDS = {"light": "#ffffff", "dark": "#1b1e25"}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True)
class Accent:
    """``fill`` is a surface with ``text`` on it; ``ink`` is the colour as text on the theme's ground."""

    fill: str
    text: str
    ink: str

    def as_json(self) -> dict[str, str]:
        """For the widget."""
        return asdict(self)


def is_color(value: str) -> bool:
    """Whether this is a colour like #3350c8."""
    return _HEX.fullmatch(value) is not None


def accents(color: str) -> dict[str, Accent]:
    """The colour for both themes. The surface keeps what was chosen; the ink moves until it can be read."""
    chosen = color if is_color(color) else DEFAULT
    found = {}
    for theme, ground in GROUNDS.items():
        # A fill that melts into the ground could not be seen as a button (1.4.11).
        fill = _moved(chosen, ground, enough=3.0)
        # White or black always reaches 4.58:1; a softer black is taken where it is enough.
        text = next(one for one in ("#ffffff", "#10131c", "#000000") if contrast(one, fill) >= ENOUGH)
        found[theme] = Accent(fill=fill, text=text, ink=_moved(chosen, ground, enough=ENOUGH))
    return found


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _moved(color: str, ground: str, *, enough: float) -> str:
    """The nearest mixture with black or white that stands out enough from the ground."""
    goal = 0 if _luminance(ground) > 0.5 else 255
    channels = _channels(color)
    for step in range(21):
        share = step / 20
        mixed = "#" + "".join(f"{round(c + (goal - c) * share):02x}" for c in channels)
        if contrast(mixed, ground) >= enough:
            return mixed
    return "#000000" if goal == 0 else "#ffffff"


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    parts = [c / 255 for c in _channels(color)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
