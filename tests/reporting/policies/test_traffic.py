from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reporting.policies.traffic import Contribution, read_traffic

START = datetime(2026, 3, 2, 9, 7, tzinfo=UTC)
SLOT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Logged:
    sequence: int
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime = START
    actor_kind: str = "agent"
    actor_id: int | None = None


OPENED = Logged(1, "ticket.opened", {"channel": 5})
WROTE = Logged(2, "message.received", {"sort_at": START.isoformat()})


def added(sequence: int, **counts: Any) -> Contribution:
    return Contribution(**({"sequence": sequence, "slot_at": SLOT, "channel_id": 5, "team_id": None} | counts))


def test_each_message_counts_in_its_slot_and_for_the_team_of_the_moment() -> None:
    log = [OPENED, WROTE, Logged(3, "ticket.assigned", {"to_team": 8}), Logged(4, "ticket.replied", {"message": 1})]
    assert list(read_traffic(log)) == [added(2, received=1), added(4, sent=1, team_id=8)]


def test_message_counts_for_the_channel_on_which_it_came() -> None:
    elsewhere = Logged(3, "message.received", {"sort_at": START.isoformat(), "channel": 6})
    assert list(read_traffic([OPENED, WROTE, elsewhere])) == [added(2, received=1), added(3, received=1, channel_id=6)]


def test_undone_reply_is_taken_out_of_the_slot_it_was_counted_in() -> None:
    undone = Logged(5, "message.cancelled", {"message": 1}, at=START + timedelta(hours=2))
    log = [OPENED, Logged(3, "ticket.replied", {"message": 1}), Logged(4, "ticket.assigned", {"to_team": 8}), undone]
    assert list(read_traffic(log)) == [added(3, sent=1), added(5, sent=-1)]


def test_notes_and_system_mail_are_no_traffic() -> None:
    assert (
        list(read_traffic([OPENED, Logged(2, "ticket.noted", {"message": 1}), Logged(3, "message.queued", {})])) == []
    )
