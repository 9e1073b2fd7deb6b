"""Whether somebody is there. Pure.

A person says online, away or offline; his browser says once a minute that somebody still looks at it. Who is online and was not heard
of for some minutes is away: since he was last heard of.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HEARD_OF_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """``state``: online, away or offline; ``since`` None: nobody knows, such as of somebody who has never been here."""

    state: str
    since: datetime | None

    @property
    def is_here(self) -> bool:
        return self.state == "online"


def effective_presence(
    *,
    said: str,
    away_until: datetime | None,
    seen_at: datetime | None,
    presence_since: datetime | None,
    at: datetime,
) -> Presence:
    """What counts at ``at`` of what a person has said and when he was last heard of. All instants are aware."""
    is_back = said == "away" and away_until is not None and away_until <= at
    if said == "online" or is_back:
        if seen_at is None:
            return Presence(state="offline", since=presence_since)
        if seen_at + HEARD_OF_WITHIN < at:
            return Presence(state="away", since=seen_at)
        return Presence(state="online", since=away_until if is_back else presence_since)
    return Presence(state=said, since=presence_since)
