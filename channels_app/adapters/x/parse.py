"""An event of X to plain values, by webhook or polled. Pure."""

from channels_app.adapters.base import InboundItem
from channels_app.adapters.untrusted_json import Fields, load_json
from channels_app.adapters.x.parse_activity import parse_activity
from channels_app.adapters.x.parse_v2 import parse_polled


def parse_event(body: bytes, *, own_id: str) -> list[InboundItem]:
    """The items of a stored event; ``own_id`` is the account's numeric id ("" where it is not known)."""
    document = Fields(load_json(body), place="event")
    if document.has("kind"):
        return parse_polled(document, own_id=own_id)
    return parse_activity(document, own_id=own_id)
