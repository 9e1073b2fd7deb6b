"""Doors from signals: each only starts a task."""


def connect() -> None:
    """Connect the receivers of this app, once."""
