"""What a feed would show of a made-up author."""

from xml.sax.saxutils import escape

from channels_app.adapters.base import SimulatedCall, SimulatedTurn

_ENTRY = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Reviews</title><entry>
<id>trial-{serial}</id><title>{title}</title><published>{at}</published><updated>{at}</updated>
<author><name>{name}</name></author><content type="text">{text}</content>
<rating xmlns="urn:trial">{rating}</rating></entry></feed>"""


def simulate_entry(turn: SimulatedTurn) -> SimulatedCall | None:
    """A feed with one review, for the turns that are one; every person gives another rating."""
    if turn.act not in ("review", "text"):
        return None
    body = _ENTRY.format(
        serial=turn.serial,
        title=escape(turn.text[:40]),
        at=turn.at.isoformat(),
        name=escape(turn.name),
        text=escape(turn.text),
        rating=1 + (turn.person + turn.serial) % 5,
    )
    return SimulatedCall(body=body.encode(), content_type="application/atom+xml")
