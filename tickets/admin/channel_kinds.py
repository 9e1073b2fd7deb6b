"""The kinds of channel by their names."""

from channels_app.registry import adapter_class


def kind_label(kind: str) -> str:
    """What a kind of channel is called."""
    return str(adapter_class(kind).label)
