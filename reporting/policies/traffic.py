"""From the log of one ticket to the messages in and out that it stands for. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from reporting.policies.log import LoggedEvent

SLOT = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one event adds to the slot that starts at ``slot_at``. An undone reply takes back what it had added."""

    sequence: int
    slot_at: datetime
    channel_id: int
    team_id: int | None
    received: int = 0
    sent: int = 0


def slot_of(at: datetime) -> datetime:
    """The start of the quarter of an hour in which ``at`` lies."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def read_traffic(events: Iterable[LoggedEvent]) -> Iterator[Contribution]:
    """The contributions of one ticket's log, in the order of its sequence; the team is the one at that moment.

    A customer's message counts for the channel on which it came; a reply, of which the log tells no channel, for the ticket's own.
    """
    channel_id = team_id = None
    replies: dict[int, Contribution] = {}
    for event in events:
        match event.kind:
            case "ticket.opened":
                channel_id = event.data["channel"]
            case "ticket.assigned":
                team_id = event.data.get("to_team", team_id)
            case "message.received" if channel_id is not None:
                wrote_at = datetime.fromisoformat(event.data["sort_at"])
                yield Contribution(
                    sequence=event.sequence,
                    slot_at=slot_of(wrote_at),
                    channel_id=event.data.get("channel", channel_id),
                    team_id=team_id,
                    received=1,
                )
            case "ticket.replied" if channel_id is not None:
                reply = Contribution(
                    sequence=event.sequence, slot_at=slot_of(event.at), channel_id=channel_id, team_id=team_id, sent=1
                )
                replies[event.data["message"]] = reply
                yield reply
            case "message.cancelled" if event.data["message"] in replies:
                reply = replies[event.data["message"]]
                yield Contribution(
                    sequence=event.sequence,
                    slot_at=reply.slot_at,
                    channel_id=reply.channel_id,
                    team_id=reply.team_id,
                    sent=-1,
                )
