"""The line of a customer's scores, drawn on the server. Pure."""

from collections.abc import Sequence

WIDTH, HEIGHT = 240, 56
MARGIN = 6
LOWEST, HIGHEST = 1.0, 10.0


def score_line(ratings: Sequence[float]) -> list[tuple[float, float]]:
    """Points (x, y) in a picture of WIDTH x HEIGHT for ratings from 1 to 10, oldest first; fewer than two are no line."""
    if len(ratings) < 2:
        return []
    step = (WIDTH - 2 * MARGIN) / (len(ratings) - 1)
    rise = (HEIGHT - 2 * MARGIN) / (HIGHEST - LOWEST)
    return [
        (round(MARGIN + step * place, 1), round(HEIGHT - MARGIN - rise * (rating - LOWEST), 1))
        for place, rating in enumerate(ratings)
    ]
