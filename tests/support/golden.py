"""Written logs of tickets: a table of times and plain sentences, read into events as the services write them.

    == answered after twenty minutes
    Mon 09:00 customer writes
        09:20 Ana replies
    => first response 20m, handled yes

Times are UTC in the weeks from Monday, 2 March 2026 on ("Tue2" is the second Tuesday); without a day the day stays. Durations: 45s, 20m,
1h30m. Ana and Ben are agents, Lea is a lead.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tickets.policies.contacts import contact_after

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
PEOPLE = {"Ana": 9001, "Ben": 9002, "Lea": 9003}
TEAMS = {"Support": 9011, "Billing": 9012}
SESSION_GAP = timedelta(hours=12)
MAIL, CHAT, PHONE = 9021, 9022, 9023
CHANNELS = {"mail": MAIL, "chat": CHAT, "phone": PHONE}
_LINE = re.compile(r"\s*(?:(?P<day>[A-Z][a-z]{2})(?P<week>\d?) )?\s*(?P<time>\d\d:\d\d(?::\d\d)?) (?P<words>.+)")


@dataclass(frozen=True)
class Logged:
    """An event as the fold reads it."""

    kind: str
    at: datetime
    data: dict[str, Any]
    actor_kind: str = "system"
    actor_id: int | None = None
    sequence: int = 0


@dataclass
class Story:
    """One written case: its tickets in order, each as events, and what is expected of them."""

    name: str
    tickets: list["Ticket"] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> list[Logged]:
        """The events of the only ticket."""
        (ticket,) = self.tickets
        return ticket.log


class Ticket:
    """Writes the events that the services would write."""

    def __init__(self, channel: str = "mail", customer: str = "Carla", topic: str = "", flags: str = "") -> None:
        self.channel, self.customer, self.topic, self.flags = channel, customer, topic, flags
        self.events: list[Logged] = []
        self.messages = 0
        self.status = "new"
        self.contact, self.ends_at = 1, None
        self.team = self.assignee = self.call = self.last_reply = None
        self.work = 0

    @property
    def log(self) -> list[Logged]:
        """In the order in which things happened, numbered."""
        ordered = sorted(self.events, key=lambda event: event.at)
        return [
            Logged(event.kind, event.at, event.data, event.actor_kind, event.actor_id, number)
            for number, event in enumerate(ordered, start=1)
        ]

    def tell(self, kind: str, at: datetime, who: str = "", /, **data: Any) -> None:
        actor = {"customer": "customer", "bot": "bot", "": "system", "rules": "system"}.get(who, "agent")
        self.events.append(Logged(kind, at, data, actor, PEOPLE.get(who)))

    def say(self, at: datetime) -> int:
        """The next message, which begins a contact or goes on with one."""
        self.messages += 1
        self.contact, self.ends_at = contact_after(
            number=self.contact, ends_at=self.ends_at, message_at=at, session_gap=SESSION_GAP
        )
        return self.messages

    def move(self, at: datetime, who: str, to: str) -> None:
        if to != self.status:
            self.tell("ticket.status_changed", at, who, **{"from": self.status, "to": to})
            self.status = to

    def close_contact(self, at: datetime) -> None:
        if self.ends_at is not None:
            self.ends_at = min(self.ends_at, at)

    # What the sentences say.

    def received(self, at: datetime, *, fetched: datetime | None = None, auto: str = "", channel: str = "") -> None:
        arrived = fetched or at
        if not self.messages:
            self.tell(
                "ticket.opened", arrived, "customer", channel=CHANNELS[self.channel], opened_by="customer", status="new"
            )
        elif not auto and self.status == "resolved":
            self.tell("ticket.reopened", arrived, "customer", by_message=True)
            self.status = "open"
        elif not auto and self.status in ("pending", "on_hold"):
            self.move(arrived, "customer", "open")
        if auto:
            self.messages += 1
        message = self.messages if auto else self.say(at)
        data: dict[str, Any] = {"message": message, "contact": self.contact, "sort_at": at.isoformat()}
        if channel:
            data["channel"] = CHANNELS[channel]
        self.tell("message.received", arrived, "customer", is_auto_reply=bool(auto), **data)

    def opened_by_agent(self, at: datetime, who: str) -> None:
        self.tell("ticket.opened", at, who, channel=CHANNELS[self.channel], opened_by="agent", status="new")
        self.replied(at, who)

    def replied(self, at: datetime, who: str) -> None:
        self.last_reply = self.say(at)
        self.tell("ticket.replied", at, who, message=self.last_reply, contact=self.contact, conversation=1)
        if who in PEOPLE and self.status == "new":
            self.move(at, who, "open")

    def undone(self, at: datetime, who: str) -> None:
        if self.status == "resolved":
            self.tell("ticket.reopened", at, who, by_message=False, is_undo=True)
            self.status = "open"
        self.tell("message.cancelled", at, who, message=self.last_reply)

    def resolved(self, at: datetime, who: str) -> None:
        self.tell("ticket.resolved", at, who, contact=self.contact, **{"from": self.status})
        self.status = "resolved"

    def reopened(self, at: datetime, who: str) -> None:
        self.tell("ticket.reopened", at, who, by_message=False)
        self.status = "open"

    def set_status(self, at: datetime, who: str, to: str) -> None:
        if to == "on_hold":
            self.close_contact(at)
        self.move(at, who, to)

    def snoozed(self, at: datetime, who: str) -> None:
        self.tell("ticket.snoozed", at, who, until=(at + timedelta(days=1)).isoformat())
        self.close_contact(at)

    def given(self, at: datetime, who: str, *, person: str = "", team: str = "") -> None:
        data: dict[str, Any] = {"from_assignee": self.assignee, "from_team": self.team}
        had_somebody = self.assignee is not None or self.last_reply is not None
        if person:
            self.assignee = PEOPLE[person]
        if team:
            self.team = TEAMS[team]
            self.assignee = PEOPLE[person] if person else None
        data |= {"to_assignee": self.assignee, "to_team": self.team}
        if person == "Lea" and had_somebody:
            data["to_lead"] = True
        self.tell("ticket.assigned", at, who, **data)

    def called(self, at: datetime) -> None:
        self.received(at, channel="" if self.channel == "phone" else "phone")
        self.call = self.messages

    def answered_call(self, at: datetime, who: str) -> None:
        self.tell("call.answered", at, who, message=self.call, contact=self.contact)

    def worked(self, at: datetime, who: str, until: datetime, kind: str, *, on_call: bool = False) -> None:
        self.work += 1
        of_call = {"message": self.call} if on_call else {}
        seconds = int((until - at).total_seconds())
        data = {
            "interval": self.work,
            "contact": self.contact,
            "kind": kind,
            "started_at": at.isoformat(),
            "seconds": seconds,
        }
        self.tell("work.recorded", until, who, **data, **of_call)

    def absorbed(self, at: datetime, who: str, written: datetime, answered: datetime, person: str) -> None:
        """Another ticket of the customer, answered after four minutes of work."""
        asked, reply = self.messages + 1, self.messages + 2
        self.messages, self.work = reply, self.work + 1
        agent = PEOPLE[person]
        entries = [
            {"message": asked, "at": written.isoformat(), "kind": "received", "is_auto_reply": False},
            {"message": reply, "at": answered.isoformat(), "kind": "replied", "agent": agent},
        ]
        begun = (answered - timedelta(minutes=4)).isoformat()
        work = {
            "interval": self.work,
            "contact": 1,
            "kind": "active",
            "started_at": begun,
            "seconds": 240,
            "agent": agent,
        }
        self.tell("ticket.absorbed", at, who, other=98, messages=[asked, reply], entries=entries, work=[work])

    def voted(self, at: datetime, score: int, invitation: int) -> None:
        self.tell("survey.answered", at, "customer", invitation=invitation, score=score, rating=float(score))


WHO = r"(?P<who>Ana|Ben|Lea|bot|rules)"
_SENTENCES: list[tuple[str, Callable[..., None]]] = [
    (
        r"customer writes(?P<auto> automatically)?(?: on (?P<channel>\w+))?(?:, fetched (?P<fetched>.+))?",
        lambda t, at, **m: t.received(at, fetched=m["fetched"], auto=m["auto"], channel=m["channel"]),
    ),
    (rf"{WHO} opens it", lambda t, at, who: t.opened_by_agent(at, who)),
    (rf"{WHO} replies and resolves", lambda t, at, who: (t.replied(at, who), t.resolved(at, who))),
    (rf"{WHO} replies", lambda t, at, who: t.replied(at, who)),
    (rf"{WHO} undoes it", lambda t, at, who: t.undone(at, who)),
    (rf"{WHO} writes a note", lambda t, at, who: t.tell("ticket.noted", at, who, message=900)),
    (rf"{WHO} resolves?", lambda t, at, who: t.resolved(at, who)),
    (rf"{WHO} reopens", lambda t, at, who: t.reopened(at, who)),
    (rf"{WHO} sets it (?P<to>open|pending|on_hold)", lambda t, at, who, to: t.set_status(at, who, to)),
    (rf"{WHO} puts it aside", lambda t, at, who: t.snoozed(at, who)),
    (rf"{WHO} takes it back", lambda t, at, who: t.tell("ticket.snoozed", at, who, is_over=True)),
    (rf"{WHO} takes it", lambda t, at, who: t.given(at, who, person=who)),
    (rf"{WHO} gives? it to the team (?P<team>\w+)", lambda t, at, who, team: t.given(at, who, team=team)),
    (rf"{WHO} gives? it to (?P<person>\w+)", lambda t, at, who, person: t.given(at, who, person=person)),
    (r"bot hands it over", lambda t, at: t.tell("bot.handed_off", at, "bot", bot=1, reason="asked")),
    (r"customer calls", lambda t, at: t.called(at)),
    (rf"{WHO} answers the call", lambda t, at, who: t.answered_call(at, who)),
    (r"call ends", lambda t, at: t.tell("call.ended", at, "customer", message=t.call)),
    (rf"{WHO} talks until (?P<until>.+)", lambda t, at, who, until: t.worked(at, who, until, "talk", on_call=True)),
    (
        rf"{WHO} keeps the caller on hold until (?P<until>.+)",
        lambda t, at, who, until: t.worked(at, who, until, "hold", on_call=True),
    ),
    (
        rf"{WHO} writes up the call until (?P<until>.+)",
        lambda t, at, who, until: t.worked(at, who, until, "wrap_up", on_call=True),
    ),
    (rf"{WHO} works until (?P<until>.+)", lambda t, at, who, until: t.worked(at, who, until, "active")),
    (rf"{WHO} stays until (?P<until>.+)", lambda t, at, who, until: t.worked(at, who, until, "hold")),
    (rf"{WHO} finishes until (?P<until>.+)", lambda t, at, who, until: t.worked(at, who, until, "wrap_up")),
    (r"customer is asked", lambda t, at: t.tell("survey.sent", at, invitation=1, message=901)),
    (r"customer is asked again", lambda t, at: t.tell("survey.sent", at, invitation=2, message=902)),
    (r"customer votes (?P<score>\d+)", lambda t, at, score: t.voted(at, int(score), 1)),
    (r"customer votes (?P<score>\d+) to the second", lambda t, at, score: t.voted(at, int(score), 2)),
    (rf"{WHO} marks it as spam", lambda t, at, who: t.tell("ticket.marked_spam", at, who, **{"from": t.status})),
    (rf"{WHO} takes it out of spam", lambda t, at, who: t.tell("ticket.unmarked_spam", at, who, status="open")),
    (rf"{WHO} merges it away", lambda t, at, who: t.tell("ticket.merged", at, who, into=99, **{"from": t.status})),
    (rf"{WHO} undoes the merge", lambda t, at, who: t.tell("ticket.unmerged", at, who, status=t.status)),
    (
        rf"{WHO} merges another into it, written (?P<written>.+), answered (?P<answered>.+) by (?P<person>\w+)",
        lambda t, at, who, written, answered, person: t.absorbed(at, who, written, answered, person),
    ),
    (rf"{WHO} takes the other out again", lambda t, at, who: t.tell("ticket.released", at, who, other=98)),
    (
        rf"{WHO} moves message (?P<message>\d+) away",
        lambda t, at, who, message: t.tell(
            "messages.given", at, who, other=99, messages=[int(message)], contacts=t.contact
        ),
    ),
]


def read_stories(path: Path) -> Iterator[Story]:
    """The stories of a file, in their order. Raises ValueError for a sentence that nobody understands."""
    story: Story | None = None
    day = MONDAY
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("=="):
            if story is not None:
                yield story
            story, day = Story(name=line[2:].strip()), MONDAY
        elif story is None:
            raise ValueError(f"{path.name}:{number}: a story begins with ==")
        elif line.startswith("=>"):
            parts = (part.strip().rpartition(" ") for part in line[2:].split(","))
            story.expected |= {name.strip(): value for name, _space, value in parts}
        elif line.startswith("--"):
            words = dict(pair.split(":") for pair in line[2:].split())
            story.tickets.append(Ticket(**words))
        else:
            day = _tell(story, line, day, f"{path.name}:{number}")
    if story is not None:
        yield story


def _tell(story: Story, line: str, day: datetime, place: str) -> datetime:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{place}: {line!r} has no time")
    at = _instant(f"{found['day'] or ''}{found['week'] or ''} {found['time']}", day)
    if not story.tickets:
        story.tickets.append(Ticket())
    for pattern, write in _SENTENCES:
        sentence = re.fullmatch(pattern, found["words"].strip())
        if sentence is not None:
            said: dict[str, Any] = {name: value or "" for name, value in sentence.groupdict().items()}
            for name in {"until", "fetched", "written", "answered"} & said.keys():
                said[name] = _instant(said[name], at) if said[name] else None
            write(story.tickets[-1], at, **said)
            return at
    raise ValueError(f"{place}: nobody understands {found['words']!r}")


def _instant(text: str, day: datetime) -> datetime:
    """ "Tue2 09:30" or, on the day of ``day``, "09:30:15"."""
    named, _space, clock = text.strip().rpartition(" ")
    base = day.replace(hour=0, minute=0, second=0)
    if named:
        week = int(named[3:] or 1) - 1
        base = MONDAY + timedelta(days=DAYS.index(named[:3]) + 7 * week)
    hour, minute, second = ([int(part) for part in clock.split(":")] + [0])[:3]
    return base + timedelta(hours=hour, minutes=minute, seconds=second)


def seconds(text: str) -> int | None:
    """ "1h30m", "45s"; None for "none"."""
    if text == "none":
        return None
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([dhms])", text))
