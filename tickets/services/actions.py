"""Carrying out actions (see policies/actions.py) on one ticket, as parts of a larger change."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from tickets.models import Conversation, Message, Ticket
from tickets.policies.action_plans import Outcome, PlannedTicket, plan
from tickets.selectors.directory import StaffDirectory
from tickets.services.assignment import assign, set_priority, set_tags
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import close_as_spam, hold, move_to, resolve, work_again
from tickets.services.notifying import notify
from tickets.services.replies import write_note
from tickets.services.snoozing import snooze

logger = logging.getLogger(__name__)

# Actions may start actions (a macro, a rule on a status): so many levels, and no more.
MOST_DEPTH = 3
_TAG_ACTIONS = ("add_tags", "remove_tags")
# They change the ticket in memory alone: there is nothing for a savepoint to take back.
_COLUMNS_ONLY = ("set_priority", "set_topic", "set_language", "assign_team", "assign_agent", "unassign", "snooze")


@dataclass(kw_only=True)
class Doing:
    """The change that an action is a part of. ``why``: who acts, such as "rule:12"; ``key``: makes its notifications happen once."""

    change: TicketChange
    why: str
    key: str
    depth: int
    directory: StaffDirectory

    @property
    def ticket(self) -> Ticket:
        """The ticket, its row locked."""
        return self.change.ticket

    def planned(self, *, with_tags: bool = False) -> PlannedTicket:
        """Where the ticket stands now."""
        ticket = self.ticket
        return planned_ticket(ticket, tags=ticket.tags.values_list("name", flat=True) if with_tags else ())

    def done(self, action: Mapping[str, Any], **data: Any) -> Outcome:
        """For handlers: it was carried out."""
        return Outcome(do=action["do"], state="done", data=data)

    def skipped(self, action: Mapping[str, Any], reason: str, **data: Any) -> Outcome:
        """For handlers: it does not fit the ticket, for this reason (a code)."""
        return Outcome(do=action["do"], state="skipped", reason=reason, data=data)


Handler = Callable[[Doing, Mapping[str, Any]], Outcome]


def planned_ticket(ticket: Ticket, *, tags: Iterable[str] = ()) -> PlannedTicket:
    """What of a ticket actions change, for working out what they would do."""
    return PlannedTicket(
        status=ticket.status,
        priority=ticket.priority,
        topic_id=ticket.topic_id,
        topic_source=ticket.topic_source,
        language=ticket.language,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        is_snoozed=ticket.snoozed_until is not None,
        tags=frozenset(tags),
    )


def apply_actions(
    change: TicketChange, actions: Sequence[Mapping[str, Any]], *, why: str, depth: int = 0, key: str = ""
) -> list[Outcome]:
    """Carry out valid actions in their order, as a part of ``change``, whose caller saves it; returns what came of each.

    The caller holds the ticket locked, and before it its active conversations. The system acts here: no person's rights are asked.
    What does not fit the ticket, names what is gone, or fails, is skipped with its reason and leaves no trace; the next one goes on.
    """
    doing = Doing(
        change=change,
        why=why,
        key=key or f"{why}:{change.ticket.pk}:{change.ticket.event_sequence}",
        depth=depth,
        directory=StaffDirectory(),
    )
    if depth > MOST_DEPTH:
        return [doing.skipped(action, "too_deep") for action in actions]
    return [_apply(doing, action, place) for place, action in enumerate(actions)]


def _apply(doing: Doing, action: Mapping[str, Any], place: int) -> Outcome:
    outcome = plan(doing.planned(with_tags=action["do"] in _TAG_ACTIONS), action, doing.directory)
    if not outcome.changes:
        return outcome
    handler = HANDLERS.get(action["do"])
    if handler is None:
        return doing.skipped(action, "not_available")
    before, key = doing.change.mark(), doing.key
    doing.key = f"{key}:{place}"
    try:
        with transaction.atomic() if action["do"] not in _COLUMNS_ONLY else nullcontext():
            return handler(doing, action)
    except HelpdeskError as error:
        doing.change.back_to(before)
        return doing.skipped(action, error.code)
    except Exception as error:
        logger.exception("action %s of %s failed on ticket %s", action["do"], doing.why, doing.ticket.pk)
        doing.change.back_to(before)
        return doing.skipped(action, "failed", error=type(error).__name__)
    finally:
        doing.key = key


def _moving(move: Callable[[Doing, Mapping[str, Any], PlannedTicket], None]) -> Handler:
    """A handler of an action whose plan says all: it brings the ticket to where the plan leaves it."""

    def handle(doing: Doing, action: Mapping[str, Any]) -> Outcome:
        after = doing.planned(with_tags=action["do"] in _TAG_ACTIONS)
        outcome = plan(after, action, doing.directory)
        move(doing, action, after)
        return outcome

    return handle


def _set_topic(doing: Doing, action: Mapping[str, Any], after: PlannedTicket) -> None:
    data = {"from": doing.ticket.topic_id, "to": after.topic_id, "source": after.topic_source}
    doing.change.tell("ticket.topic_changed", data)
    doing.change.set(topic_id=after.topic_id, topic_source=after.topic_source)


def _assign(doing: Doing, action: Mapping[str, Any], after: PlannedTicket) -> None:
    assign(doing.change, assignee_id=after.assignee_id, team_id=after.team_id)


def _set_status(doing: Doing, action: Mapping[str, Any], after: PlannedTicket) -> None:
    if after.status == Ticket.Status.RESOLVED:
        resolve(doing.change, reason=doing.why)
    elif after.status == Ticket.Status.ON_HOLD:
        hold(doing.change)
    elif after.status == Ticket.Status.PENDING:
        move_to(doing.change, after.status)
    else:
        work_again(doing.change)


def _mark_spam(doing: Doing, action: Mapping[str, Any], after: PlannedTicket) -> None:
    theirs = Conversation.objects.select_for_update().filter(active_ticket_id=doing.ticket.pk)
    close_as_spam(doing.change, list(theirs.order_by("id")))


def _add_note(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    message: Message = write_note(doing.change, action["text"])
    return doing.done(action, message=message.pk)


def _notify(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    ticket, ways = doing.ticket, list(action.get("by") or ["admin"])
    people = doing.directory.people(action["who"], ticket.team_id, ticket.assignee_id)
    notify(
        user_ids=people,
        kind="rule",
        key=doing.key,
        ticket_id=ticket.pk,
        data={"why": doing.why, "text": action.get("text", "")},
        by_mail="mail" in ways,
    )
    return doing.done(action, people=people, by=ways)


# Owners of further actions put theirs here (see services/action_handlers.py).
HANDLERS: dict[str, Handler] = {
    "set_priority": _moving(lambda doing, action, after: set_priority(doing.change, after.priority)),
    "set_topic": _moving(_set_topic),
    "set_language": _moving(lambda doing, action, after: doing.change.set(language=after.language)),
    "add_tags": _moving(lambda doing, action, after: set_tags(doing.change, add=action["tags"])),
    "remove_tags": _moving(lambda doing, action, after: set_tags(doing.change, remove=action["tags"])),
    "assign_team": _moving(_assign),
    "assign_agent": _moving(_assign),
    "unassign": _moving(_assign),
    "set_status": _moving(_set_status),
    "snooze": _moving(
        lambda doing, action, after: snooze(doing.change, until=now() + timedelta(seconds=action["seconds"]))
    ),
    "mark_spam": _moving(_mark_spam),
    "add_note": _add_note,
    "notify": _notify,
}
