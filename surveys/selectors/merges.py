"""Where customers and tickets that were merged away are today."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from tickets.models import Customer, Ticket

Row = TypeVar("Row", Customer, Ticket)


def follow_merges(model: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    """id -> the row that it was merged into in the end, itself where it was not; unknown ids are left out. One query a step."""
    wanted = set(ids) - {0}
    found: dict[int, Row] = model.objects.in_bulk(wanted) if wanted else {}
    while further := {row.merged_into_id for row in found.values() if row.merged_into_id} - found.keys():
        found |= model.objects.in_bulk(further)
    return {pk: _end_of(found[pk], found) for pk in wanted if pk in found}


def _end_of(row: Row, found: Mapping[int, Row]) -> Row:
    # At most as many steps as there are rows: a circle has no end.
    for _step in found:
        if row.merged_into_id is None:
            break
        row = found[row.merged_into_id]
    return row


def ticket_of_today(ticket_id: int) -> int:
    """The ticket that this one was merged into in the end; itself where it stands alone."""
    found = follow_merges(Ticket, [ticket_id]).get(ticket_id)
    return found.pk if found is not None else ticket_id
