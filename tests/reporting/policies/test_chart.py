import pytest

from reporting.policies.chart import bar_chart, highest_mark


@pytest.mark.parametrize(
    ("largest", "mark"), [(0, 4), (4, 4), (5, 5), (9, 10), (10, 10), (11, 20), (21, 50), (51, 100), (999, 1000)]
)
def test_axis_ends_at_a_round_number(largest: int, mark: int) -> None:
    assert highest_mark(largest) == mark


def test_bars_are_as_high_as_their_values_and_stay_in_the_plot() -> None:
    chart = bar_chart([[0, 5, 10], [10, 0, 1]], height=100)
    assert [[bar.height for bar in bars] for bars in chart.groups] == [[0, 100], [50, 0], [100, 10]]
    assert all(
        bar.x >= 0 and bar.x + bar.width <= 100 and bar.y + bar.height == 100 for bars in chart.groups for bar in bars
    )
    assert chart.marks == [(100, 0), (50, 5), (0, 10)]
