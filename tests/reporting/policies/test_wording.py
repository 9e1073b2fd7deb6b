import pytest

from reporting.policies.wording import spoken


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "seconds", "–"), (0, "seconds", "0 s"), (59.6, "seconds", "59 s"), (60, "seconds", "1 min"), (3569, "seconds", "59 min"),
        (3600, "seconds", "1 h"), (4800, "seconds", "1 h 20 min"), (90000, "seconds", "1 d 1 h"), (86400, "seconds", "1 d"),
        (None, "share", "–"), (0, "share", "0 %"), (1, "share", "100 %"), (0.999, "share", "99 %"), (0.001, "share", "1 %"),
        (None, "score", "–"), (7.84, "score", "7.8"), (None, "count", "–"), (0, "count", "0"), (12345, "count", "12,345"),
    ],
)  # fmt: skip
def test_figures_are_said_as_people_say_them(value: float | None, unit: str, text: str) -> None:
    assert spoken(value, unit) == text
