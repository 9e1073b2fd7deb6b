"""Who works on a ticket, and how it is sorted: assignee, team, priority, subject, tags."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction

from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, InvalidInput
from helpdesk.common.text import clean_text, one_line
from tickets.models import Tag, Team, Ticket
from tickets.models.visibility import may_see_ticket
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket

UNCHANGED: Final[Any] = object()


@transaction.atomic
def assign_ticket(
    *,
    ticket_id: int,
    actor: Actor,
    assignee_id: int | None = UNCHANGED,
    team_id: int | None = UNCHANGED,
    expected_version: int | None = None,
) -> Ticket:
    """Give a ticket to a person, a team, both or nobody (None). One event; nothing happens where nothing changes.

    Raises InvalidInput for a person who is gone or may not see the ticket there, Conflict on a closed ticket.
    """
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    _refuse_closed(ticket)
    assign_locked(ticket, actor, assignee_id=assignee_id, team_id=team_id)
    return ticket


def assign_locked(
    ticket: Ticket, actor: Actor, *, assignee_id: int | None = UNCHANGED, team_id: int | None = UNCHANGED
) -> None:
    """``assign_ticket`` for a ticket whose row the caller holds."""
    old_assignee, old_team = ticket.assignee_id, ticket.team_id
    new_assignee = old_assignee if assignee_id is UNCHANGED else assignee_id
    new_team = old_team if team_id is UNCHANGED else team_id
    if (new_assignee, new_team) == (old_assignee, old_team):
        return
    if new_team != old_team and new_team is not None and not Team.objects.filter(pk=new_team).exists():
        raise InvalidInput("unknown_team", "There is no such team.", fields={"team": "unknown"})
    ticket.assignee_id, ticket.team_id = new_assignee, new_team
    ticket.save(update_fields=["assignee", "team"])
    if new_assignee is not None:
        _require_able(ticket, new_assignee)
    data = {"from_assignee": old_assignee, "to_assignee": new_assignee, "from_team": old_team, "to_team": new_team}
    write_event(ticket=ticket, kind="ticket.assigned", actor=actor, data=data)


def _require_able(ticket: Ticket, assignee_id: int) -> None:
    user = User.objects.filter(pk=assignee_id, is_active=True).first()
    if user is None or not user.has_perm("tickets.reply_ticket"):
        raise InvalidInput(
            "unknown_assignee", "There is nobody of that name who could answer.", fields={"assignee": "unknown"}
        )
    if not may_see_ticket(user, ticket):
        raise InvalidInput(
            "assignee_outside_team",
            "This person is not in the private team of the ticket.",
            fields={"assignee": "not in the team"},
        )


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.status == Ticket.Status.CLOSED:
        raise Conflict("ticket_closed", "This ticket is closed. Open a follow-up instead.")


@transaction.atomic
def change_priority(*, ticket_id: int, actor: Actor, priority: str, expected_version: int | None = None) -> Ticket:
    """Set the priority. Raises InvalidInput for an unknown one, Conflict on a closed ticket."""
    if priority not in Ticket.Priority.values:
        raise InvalidInput(
            "unknown_priority", "Priorities are low, normal, high and urgent.", fields={"priority": "unknown"}
        )
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    _refuse_closed(ticket)
    if ticket.priority == priority:
        return ticket
    data = {"from": ticket.priority, "to": priority}
    ticket.priority = priority
    ticket.save(update_fields=["priority"])
    write_event(ticket=ticket, kind="ticket.priority_changed", actor=actor, data=data)
    return ticket


@transaction.atomic
def change_subject(*, ticket_id: int, actor: Actor, subject: str, expected_version: int | None = None) -> Ticket:
    """Set the subject, on one line and at most 500 characters. Raises InvalidInput when it is empty."""
    clean = one_line(clean_text(subject)).strip()[:500]
    if not clean:
        raise InvalidInput("empty_subject", "Write a subject.", fields={"subject": "empty"})
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    if ticket.subject == clean:
        return ticket
    ticket.subject = clean
    ticket.save(update_fields=["subject"])
    write_event(ticket=ticket, kind="ticket.subject_changed", actor=actor)
    return ticket


@transaction.atomic
def change_tags(
    *,
    ticket_id: int,
    actor: Actor,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    expected_version: int | None = None,
) -> Ticket:
    """Add and remove tags by name; new names become tags. Raises InvalidInput for an empty or long name."""
    names = [one_line(clean_text(name)).strip() for name in add]
    if any(not name or len(name) > 60 for name in names):
        raise InvalidInput("invalid_tag", "A tag has 1 to 60 characters.", fields={"add": "invalid"})
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    present = {tag.name: tag for tag in ticket.tags.all()}
    gone = [present[name] for name in dict.fromkeys(remove) if name in present and name not in names]
    fresh = [Tag.objects.get_or_create(name=name)[0] for name in dict.fromkeys(names) if name not in present]
    if not gone and not fresh:
        return ticket
    ticket.tags.remove(*gone)
    ticket.tags.add(*fresh)
    data = {"added": [tag.pk for tag in fresh], "removed": [tag.pk for tag in gone]}
    write_event(ticket=ticket, kind="ticket.tags_changed", actor=actor, data=data)
    return ticket
