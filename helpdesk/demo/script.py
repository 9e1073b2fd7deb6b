"""The form in which the demo is written: people, and stories made of steps. Pure data."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def duration(text: str) -> timedelta:
    """``"1d2h30m"`` as a timedelta. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"“{text}” is no duration such as 1d2h30m")
    days, hours, minutes = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


@dataclass(frozen=True, kw_only=True)
class Agent:
    key: str
    first_name: str
    last_name: str
    role: str
    teams: tuple[str, ...]
    languages: tuple[str, ...]
    signature: str

    @property
    def username(self) -> str:
        """Told apart from everybody's real name by its prefix."""
        return f"demo.{self.key}"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer. ``address`` is a mail address, a phone number, or his id on the channel."""

    key: str
    name: str
    address: str
    language: str
    is_vip: bool = False
    note: str = ""
    time_zone: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody does ``after`` the step before it."""

    verb: str
    after: str
    by: str = ""
    text: str = ""
    html: str = ""
    files: tuple[str, ...] = ()
    score: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Story:
    """One case. It begins ``day`` working days ago at ``time``, or ``ago`` before the present moment."""

    key: str
    who: str
    subject: str
    steps: tuple[Step, ...] = field(default=())
    day: int = 0
    time: str = ""
    ago: str = ""
    channel: str = "mail"
    is_public: bool = False
    rating: int = 0  # of a review: stars of five


def asks(text: str, after: str = "0m", *, html: str = "", files: tuple[str, ...] = ()) -> Step:
    """The customer writes."""
    return Step(verb="asks", after=after, text=text, html=html, files=files)


def replies(by: str, text: str, after: str, *, files: tuple[str, ...] = ()) -> Step:
    """An agent answers, in working hours."""
    return Step(verb="replies", after=after, by=by, text=text, files=files)


def notes(by: str, text: str, after: str = "4m") -> Step:
    """An agent writes an internal note."""
    return Step(verb="notes", after=after, by=by, text=text)


def tags(by: str, *names: str, after: str = "1m") -> Step:
    return Step(verb="tags", after=after, by=by, names=names)


def assigns(by: str, to: str, after: str = "3m", *, team: str = "") -> Step:
    """``by`` gives the ticket to the agent ``to`` ("" for nobody) and, where named, to a team."""
    return Step(verb="assigns", after=after, by=by, names=(to, team))


def prioritises(by: str, priority: str, after: str = "2m") -> Step:
    return Step(verb="prioritises", after=after, by=by, text=priority)


def reads(by: str, after: str = "15m") -> Step:
    """An agent opens the ticket, so that nothing on it is unread."""
    return Step(verb="reads", after=after, by=by)


def waits(by: str, after: str = "1m") -> Step:
    """Pending: the customer has to say something first."""
    return Step(verb="waits", after=after, by=by)


def holds(by: str, after: str = "2m") -> Step:
    """On hold: somebody outside has to do something first."""
    return Step(verb="holds", after=after, by=by)


def resolves(by: str, after: str = "1m") -> Step:
    return Step(verb="resolves", after=after, by=by)


def votes(score: int, comment: str = "", after: str = "3h") -> Step:
    """The customer is asked how it was, and answers."""
    return Step(verb="votes", after=after, score=score, text=comment)


def is_asked(after: str = "10m") -> Step:
    """The customer is asked how it was, and says nothing."""
    return Step(verb="is_asked", after=after)


def bounces(after: str = "1m") -> Step:
    """The last reply comes back: the mailbox does not exist."""
    return Step(verb="bounces", after=after)


def vanishes(after: str = "3m") -> Step:
    """The connection broke while the last reply was sent: nobody knows whether it arrived."""
    return Step(verb="vanishes", after=after)


def is_spam(by: str, after: str = "40m") -> Step:
    return Step(verb="is_spam", after=after, by=by)


def merges_into(by: str, other: str, after: str = "5m") -> Step:
    return Step(verb="merges_into", after=after, by=by, names=(other,))


def drafts(by: str, text: str, after: str = "5m") -> Step:
    """An agent has begun a reply and not sent it."""
    return Step(verb="drafts", after=after, by=by, text=text)


def understands(by: str, cause: str, analysis: str, after: str = "2h") -> Step:
    """Somebody takes the case of an unhappy customer and says what went wrong: a key of our causes, and how it came."""
    return Step(verb="understands", after=after, by=by, names=(cause,), text=analysis)


def promises(by: str, *titles: str, after: str = "25m") -> Step:
    """The customer is sent the plan with these actions."""
    return Step(verb="promises", after=after, by=by, names=titles)


def apologises(by: str, after: str = "4m") -> Step:
    return Step(verb="apologises", after=after, by=by)


def corrects(by: str, result: str, after: str = "1d") -> Step:
    """The next thing that was promised is done, and the customer is told."""
    return Step(verb="corrects", after=after, by=by, text=result)
