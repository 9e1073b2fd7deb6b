"""Who works on a ticket, and how it is sorted: assignee, team, priority, subject, tags."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.accounts.backends import RoleBackend
from helpdesk.accounts.models import User
from helpdesk.common.errors import Conflict, InvalidInput
from helpdesk.common.text import clean_text, one_line
from tickets.models import Tag, Team, Ticket
from tickets.models.visibility import may_see_team
from tickets.policies.hand_over import HandOver
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.handing_over import write_hand_over
from tickets.services.locking import lock_ticket
from tickets.services.notifying import notify

UNCHANGED: Final[Any] = object()
LEAD = "lead"


@transaction.atomic
def assign_ticket(
    *,
    ticket_id: int,
    actor: Actor,
    assignee_id: int | None = UNCHANGED,
    team_id: int | None = UNCHANGED,
    expected_version: int | None = None,
    hand_over: HandOver | None = None,
) -> Ticket:
    """Give a ticket to a person, a team, both or nobody (None). One event; nothing happens where nothing changes.

    With a ``hand_over`` the note for whoever takes it is kept in the same transaction. Raises InvalidInput for a person who is gone
    or may not see the ticket there, Conflict on a closed ticket, and what ``write_hand_over`` raises.
    """
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    _refuse_closed(change.ticket)
    if hand_over is not None:
        write_hand_over(change, hand_over)
    assign(change, assignee_id=assignee_id, team_id=team_id)
    change.save()
    return change.ticket


def assign(change: TicketChange, *, assignee_id: int | None = UNCHANGED, team_id: int | None = UNCHANGED) -> None:
    """``assign_ticket`` as a part of a larger verb."""
    ticket = change.ticket
    new_assignee = ticket.assignee_id if assignee_id is UNCHANGED else assignee_id
    new_team = ticket.team_id if team_id is UNCHANGED else team_id
    if (new_assignee, new_team) == (ticket.assignee_id, ticket.team_id):
        return
    if new_team != ticket.team_id and new_team is not None and not Team.objects.filter(pk=new_team).exists():
        raise InvalidInput("unknown_team", _("There is no such team."), fields={"team": "unknown"})
    if new_assignee is not None:
        _require_able(new_assignee, new_team)
    data: dict[str, Any] = {
        "from_assignee": ticket.assignee_id,
        "to_assignee": new_assignee,
        "from_team": ticket.team_id,
        "to_team": new_team,
    }
    if _goes_to_lead(ticket, new_assignee):
        data["to_lead"] = True
    change.tell("ticket.assigned", data)
    if new_assignee is not None and new_assignee not in (ticket.assignee_id, change.actor.user_id):
        notify(
            user_ids=[new_assignee],
            kind="assigned",
            key=f"assigned:{ticket.pk}:{ticket.event_sequence}",
            ticket_id=ticket.pk,
            data={"number": ticket.number},
            by_mail=True,
        )
    change.set(assignee_id=new_assignee, team_id=new_team)


def _goes_to_lead(ticket: Ticket, assignee_id: int | None) -> bool:
    """Whether a lead takes over what somebody else had; figures ask for it, and roles of later days must not change the answer."""
    had_somebody = ticket.assignee_id is not None or ticket.agent_reply_count > 0
    if assignee_id in (None, ticket.assignee_id) or not had_somebody:
        return False
    leads = Q(groups__name=LEAD) | Q(team_memberships__is_lead=True)
    return User.objects.filter(leads, pk=assignee_id).exists()


def _require_able(assignee_id: int, team_id: int | None) -> None:
    user = RoleBackend().get_user(assignee_id)
    if user is None or not user.has_perm("tickets.reply_ticket"):
        text = _("There is nobody of that name who could answer.")
        raise InvalidInput("unknown_assignee", text, fields={"assignee": "unknown"})
    if not may_see_team(user, team_id):
        text = _("This person is not in the private team of the ticket.")
        raise InvalidInput("assignee_outside_team", text, fields={"assignee": "not in the team"})


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.status == Ticket.Status.CLOSED:
        raise Conflict("ticket_closed", _("This ticket is closed. Open a follow-up instead."))


@transaction.atomic
def change_priority(*, ticket_id: int, actor: Actor, priority: str, expected_version: int | None = None) -> Ticket:
    """Set the priority. Raises InvalidInput for an unknown one, Conflict on a closed ticket."""
    if priority not in Ticket.Priority.values:
        text = _("Priorities are low, normal, high and urgent.")
        raise InvalidInput("unknown_priority", text, fields={"priority": "unknown"})
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    _refuse_closed(change.ticket)
    set_priority(change, priority)
    change.save()
    return change.ticket


def set_priority(change: TicketChange, priority: str) -> None:
    """``change_priority`` as a part of a larger verb, whose caller has checked the value."""
    if change.ticket.priority != priority:
        change.tell("ticket.priority_changed", {"from": change.ticket.priority, "to": priority})
        change.set(priority=priority)


@transaction.atomic
def change_subject(*, ticket_id: int, actor: Actor, subject: str, expected_version: int | None = None) -> Ticket:
    """Set the subject, on one line and at most 500 characters. Raises InvalidInput when it is empty."""
    clean = one_line(clean_text(subject)).strip()[:500]
    if not clean:
        raise InvalidInput("empty_subject", _("Write a subject."), fields={"subject": "empty"})
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    if change.ticket.subject != clean:
        change.set(subject=clean)
        change.tell("ticket.subject_changed")
    change.save()
    return change.ticket


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
        raise InvalidInput("invalid_tag", _("A tag has 1 to 60 characters."), fields={"add": "invalid"})
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    set_tags(change, add=names, remove=remove)
    change.save()
    return change.ticket


def set_tags(change: TicketChange, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """``change_tags`` as a part of a larger verb, whose caller has cleaned the names."""
    ticket = change.ticket
    present = {tag.name: tag for tag in ticket.tags.all()}
    gone = [present[name] for name in dict.fromkeys(remove) if name in present and name not in add]
    fresh = [Tag.objects.get_or_create(name=name)[0] for name in dict.fromkeys(add) if name not in present]
    if gone or fresh:
        ticket.tags.remove(*gone)
        ticket.tags.add(*fresh)
        change.tell("ticket.tags_changed", {"added": [tag.pk for tag in fresh], "removed": [tag.pk for tag in gone]})
        # Policies may ask for tags.
        change.moves_clocks = True
