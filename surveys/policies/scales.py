"""The scales customers vote on, and what a vote on each is worth beside the others. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ONE_TO_TEN = "1-10"
ONE_TO_FIVE = "1-5"
ZERO_TO_TEN = "0-10"
THUMBS = "thumbs"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Whole scores from ``lowest`` to ``highest``; ``low`` and below is a bad one, ``top`` and above a very good one.

    ``is_satisfaction``: whether its votes are worth something on the common scale of satisfaction (the readiness to
    recommend is another question and has a figure of its own).
    """

    key: str
    label: str | Promise
    lowest: int
    highest: int
    low: int
    top: int
    is_satisfaction: bool = True

    @property
    def scores(self) -> range:
        return range(self.lowest, self.highest + 1)

    def rating(self, score: int) -> float | None:
        """The score on the common scale, 1.0 to 10.0; None for scales that do not measure satisfaction."""
        if not self.is_satisfaction:
            return None
        return 1 + 9 * (score - self.lowest) / (self.highest - self.lowest)

    def is_low(self, score: int, low_at_most: int | None = None) -> bool:
        """Whether somebody should look at once; ``low_at_most`` is the survey's own limit, None for the scale's."""
        return score <= (self.low if low_at_most is None else low_at_most)


SCALES: Mapping[str, Scale] = {
    scale.key: scale
    for scale in (
        Scale(key=ONE_TO_TEN, label=_("1 to 10"), lowest=1, highest=10, low=6, top=9),
        Scale(key=ONE_TO_FIVE, label=_("1 to 5"), lowest=1, highest=5, low=3, top=5),
        Scale(
            key=ZERO_TO_TEN, label=_("0 to 10, would you recommend us (NPS)"), lowest=0, highest=10, low=6, top=9,
            is_satisfaction=False,
        ),
        Scale(key=THUMBS, label=_("Thumbs up or down"), lowest=0, highest=1, low=0, top=1),
    )
}  # fmt: skip
