"""Ratings of many scales on one."""


def five_stars(rating: float, *, scale: int) -> float:
    """A rating as one to five stars, rounded to a tenth. ``scale`` is its best value; the worst is 1, on a scale of 1 it is 0.

    A recommendation (1 of 1) is five stars, its opposite one; what lies outside the scale is taken for its nearest end.
    """
    worst = 0 if scale <= 1 else 1
    best = max(scale, 1)
    share = (min(max(rating, worst), best) - worst) / (best - worst)
    return round(1 + 4 * share, 1)
