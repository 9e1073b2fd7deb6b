"""What every metric is: a definition in words, and the rows that follow from it."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from reporting.metrics.question import GroupBy, Question, Row
from tickets.models import Ticket

COMMON_GROUPS = (
    GroupBy.NOTHING, GroupBy.CHANNEL, GroupBy.TEAM, GroupBy.AGENT, GroupBy.DAY, GroupBy.WEEK, GroupBy.MONTH, GroupBy.HOUR,
)  # fmt: skip
FACT_GROUPS = (*COMMON_GROUPS, GroupBy.TOPIC, GroupBy.MEDIUM)


class Metric(ABC):
    """One figure. The docstring of the subclass is its definition, as the admin and the API print it.

    ``columns``: (name in the answer, label, unit) in the order of a table; the unit is count, seconds, share, score, amount or text.
    ``groups``: by what its rows can be told apart.
    ``subsets``: name -> (label, condition), by which the tickets behind the figure can be narrowed.
    """

    name: ClassVar[str]
    label: ClassVar[Promise | str]
    columns: ClassVar[Sequence[tuple[str, Promise | str, str]]]
    subsets: ClassVar[Mapping[str, tuple[Promise | str, Q]]] = {}
    groups: ClassVar[Sequence[GroupBy]] = COMMON_GROUPS

    def definition(self) -> str:
        """The docstring as flowing text."""
        return " ".join((inspect.getdoc(self) or "").split())

    @abstractmethod
    def rows(self, question: Question) -> list[Row]:
        """One row per group that has anything; without a grouping exactly one. Two queries at most."""

    @abstractmethod
    def tickets(self, question: Question) -> QuerySet[Ticket]:
        """The tickets behind the figure, those the user may see, newest first."""
