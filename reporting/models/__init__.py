"""Facts for figures, the goals they are held against, and who was told of them."""

from reporting.models.facts import (
    ContactFact,
    FigureQuerySet,
    ResponseFact,
    TicketFact,
    TicketFactQuerySet,
    TrafficSlot,
    sees_every_figure,
)
from reporting.models.goals import Digest, Goal

__all__ = [
    "ContactFact",
    "Digest",
    "FigureQuerySet",
    "Goal",
    "ResponseFact",
    "TicketFact",
    "TicketFactQuerySet",
    "TrafficSlot",
    "sees_every_figure",
]
