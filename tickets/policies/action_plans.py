"""What an action does to a ticket, worked out without doing it. Pure: real runs and dry runs both go by this.

Each plan looks at where the ticket stands, says what comes of the action, and moves the ticket on in memory, so that the next action
sees it. Names of rows are asked of a ``Directory``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tickets.policies.lifecycle import Verb, next_status

State = Literal["done", "unchanged", "skipped"]
# What a closed ticket still takes.
_ON_CLOSED = ("add_tags", "remove_tags", "add_note", "notify", "set_topic", "set_language")
_VERBS: dict[str, Verb] = {"open": "agent_reopen", "pending": "pending", "on_hold": "hold", "resolved": "resolve"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one action: done, nothing to do, or skipped for a ``reason`` (a code). ``data``: from, to, names, keys."""

    do: str
    state: State
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether the ticket is another one for it."""
        return self.state == "done"

    def as_data(self) -> dict[str, Any]:
        """For a decision's row; holds no text of a message."""
        said: dict[str, Any] = {"do": self.do, "state": self.state, **self.data}
        return said | {"reason": self.reason} if self.reason else said


@dataclass(kw_only=True)
class PlannedTicket:
    """What of a ticket actions change."""

    status: str
    priority: str
    topic_id: int | None
    topic_source: str
    language: str
    team_id: int | None
    assignee_id: int | None
    is_snoozed: bool = False
    tags: frozenset[str] = frozenset()


class Directory(Protocol):
    """Who and what there is. A refusal is a code, "" when it is fine."""

    def has_team(self, team_id: int) -> bool:
        """Whether there is such a team."""

    def has_topic(self, topic_id: int) -> bool:
        """Whether there is such a topic, in use."""

    def refuses_agent(self, agent_id: int, team_id: int | None) -> str:
        """Why this person cannot be given tickets of that team."""

    def people(self, who: Collection[str], team_id: int | None, assignee_id: int | None) -> list[int]:
        """Who is meant, of those who may see the team's tickets."""


Plan = Callable[[PlannedTicket, Mapping[str, Any], Directory], Outcome]


def plan(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    """What comes of a valid action; ``ticket`` is moved on. An action without a plan of its own would be carried out as it says."""
    name = action["do"]
    if ticket.status == "closed" and name not in _ON_CLOSED:
        return Outcome(do=name, state="skipped", reason="ticket_closed")
    own = PLANS.get(name)
    if own is not None:
        return own(ticket, action, directory)
    return Outcome(do=name, state="done", data={key: value for key, value in action.items() if key != "do"})


def _set(ticket: PlannedTicket, do: str, column: str, value: Any) -> Outcome:
    before = getattr(ticket, column)
    if before == value:
        return Outcome(do=do, state="unchanged", data={"to": value})
    setattr(ticket, column, value)
    return Outcome(do=do, state="done", data={"from": before, "to": value})


def _skipped(action: Mapping[str, Any], reason: str) -> Outcome:
    to = {"to": action["to"]} if "to" in action else {}
    return Outcome(do=action["do"], state="skipped", reason=reason, data=to)


def _set_priority(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return _set(ticket, "set_priority", "priority", action["to"])


def _set_language(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return _set(ticket, "set_language", "language", action["to"])


def _set_topic(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    if not directory.has_topic(action["to"]):
        return _skipped(action, "unknown_topic")
    if ticket.topic_id is not None and ticket.topic_id != action["to"] and ticket.topic_source == "person":
        return _skipped(action, "said_by_person")
    outcome = _set(ticket, "set_topic", "topic_id", action["to"])
    if outcome.changes:
        ticket.topic_source = "rule"
    return outcome


def _add_tags(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return _retag(ticket, action, ticket.tags | frozenset(action["tags"]))


def _remove_tags(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return _retag(ticket, action, ticket.tags - frozenset(action["tags"]))


def _retag(ticket: PlannedTicket, action: Mapping[str, Any], after: frozenset[str]) -> Outcome:
    moved = [name for name in action["tags"] if (name in after) != (name in ticket.tags)]
    if not moved:
        return Outcome(do=action["do"], state="unchanged", data={"tags": list(action["tags"])})
    ticket.tags = after
    return Outcome(do=action["do"], state="done", data={"tags": moved})


def _assign_team(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    """An assignee who may not see the new team's tickets is let go."""
    if not directory.has_team(action["to"]):
        return _skipped(action, "unknown_team")
    outcome = _set(ticket, "assign_team", "team_id", action["to"])
    if outcome.changes and ticket.assignee_id is not None and directory.refuses_agent(ticket.assignee_id, action["to"]):
        ticket.assignee_id = None
    return outcome


def _assign_agent(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    refusal = directory.refuses_agent(action["to"], ticket.team_id)
    return _skipped(action, refusal) if refusal else _set(ticket, "assign_agent", "assignee_id", action["to"])


def _unassign(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return _set(ticket, "unassign", "assignee_id", None)


def _set_status(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    if ticket.status == action["to"]:
        return Outcome(do="set_status", state="unchanged", data={"to": action["to"]})
    after = next_status(ticket.status, _VERBS[action["to"]])
    if after is None:
        return _skipped(action, "wrong_status")
    if after == "resolved":
        ticket.is_snoozed = False
    return _set(ticket, "set_status", "status", after)


def _snooze(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    seconds = {"seconds": action["seconds"]}
    if ticket.status == "resolved":
        return Outcome(do="snooze", state="skipped", reason="wrong_status", data=seconds)
    if ticket.is_snoozed:
        return Outcome(do="snooze", state="skipped", reason="snoozed_already", data=seconds)
    ticket.is_snoozed = True
    return Outcome(do="snooze", state="done", data=seconds)


def _mark_spam(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    ticket.status = "closed"
    return Outcome(do="mark_spam", state="done")


def _add_note(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    return Outcome(do="add_note", state="done")


def _notify(ticket: PlannedTicket, action: Mapping[str, Any], directory: Directory) -> Outcome:
    people = directory.people(action["who"], ticket.team_id, ticket.assignee_id)
    if not people:
        return Outcome(do="notify", state="skipped", reason="nobody_to_tell", data={"who": list(action["who"])})
    return Outcome(do="notify", state="done", data={"people": people, "by": list(action.get("by") or ["admin"])})


# Owners of further actions put theirs here, beside their handler in services/actions.py.
PLANS: dict[str, Plan] = {
    "set_priority": _set_priority,
    "set_topic": _set_topic,
    "set_language": _set_language,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "assign_team": _assign_team,
    "assign_agent": _assign_agent,
    "unassign": _unassign,
    "set_status": _set_status,
    "snooze": _snooze,
    "mark_spam": _mark_spam,
    "add_note": _add_note,
    "notify": _notify,
}
