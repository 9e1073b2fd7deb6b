"""Set-up that hot paths read again and again, kept in the process for a few seconds.

A change made in this process is seen at once (``forget_on_change``), one made elsewhere within ``seconds``. What must not be missed
in between has to be found by a job that runs later than that.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, Generic, TypeVar

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

Value = TypeVar("Value")
_everything: list["Remembered[Any]"] = []


class Remembered(Generic[Value]):
    """``load`` is called at most every ``seconds``; call the object to get the value."""

    def __init__(self, load: Callable[[], Value], *, seconds: float = 10.0) -> None:
        self._load = load
        self._seconds = seconds
        self._kept: tuple[float, Value] | None = None
        _everything.append(self)

    def __call__(self) -> Value:
        kept = self._kept
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        value = self._load()
        self._kept = (monotonic() + self._seconds, value)
        return value

    def forget(self, **kwargs: Any) -> None:
        """Load it anew the next time."""
        self._kept = None

    def forget_on_change(self, *models: type[Model]) -> None:
        """Forget whenever a row of these models is saved or deleted in this process (``update`` and ``bulk_create`` are not seen)."""
        for model in models:
            post_save.connect(self.forget, sender=model, dispatch_uid=(id(self), model))
            post_delete.connect(self.forget, sender=model, dispatch_uid=(id(self), model))


def forget_everything() -> None:
    """For tests: nothing that one test's process remembers reaches the next."""
    for one in _everything:
        one.forget()
