import pytest

from reporting.policies.goals import POINTS, Part, line_of, read_goal


def reading(now: Part, before: Part, *, target: float = 0.9, is_lower_better: bool = False):
    return read_goal({0: now, -1: before}, target=target, is_lower_better=is_lower_better)


@pytest.mark.parametrize(
    ("now", "before", "is_lower_better", "is_met", "trend"),
    [
        (Part(total=95, count=100), Part(total=80, count=100), False, True, "better"),
        (Part(total=80, count=100), Part(total=95, count=100), False, False, "worse"),
        (Part(total=901, count=1000), Part(total=900, count=1000), False, True, "steady"),
        (Part(total=80, count=100), Part(total=95, count=100), True, True, "better"),
        (Part(), Part(total=95, count=100), False, None, ""),
        (Part(total=95, count=100), Part(), False, True, ""),
        # Nothing of all is a figure, and nobody can say how much better than nothing something is.
        (Part(total=0, count=10), Part(total=5, count=10), False, False, "worse"),
        (Part(total=5, count=10), Part(total=0, count=10), False, False, ""),
    ],
)
def test_goal_is_met_and_moves_in_its_own_direction(now, before, is_lower_better, is_met, trend):
    it = reading(now, before, is_lower_better=is_lower_better)
    assert (it.is_met, it.trend) == (is_met, trend)


def test_value_of_a_period_is_of_all_its_cases_and_no_mean_of_means():
    parts = {0: Part(total=1, count=1), 1: Part(total=0, count=9)}
    assert read_goal(parts, target=1, is_lower_better=False).now.value == 0.1


def test_points_are_this_period_alone_and_unknown_ones_are_no_noughts():
    it = reading(Part(total=1, count=2), Part(total=1, count=1))
    assert [point.value for point in it.points] == [0.5] + [None] * (POINTS - 1)


def test_line_breaks_where_nothing_is_known_and_a_lonely_value_is_a_dot():
    lines, target = line_of([1.0, None, 0.5, 1.0], target=1.0, width=90, height=11)
    assert lines == ["0.0,1.0 0.0,1.0", "60.0,6.0 90.0,1.0"]
    assert target == 1.0
