"""When the steps of a story happen, seen from now. Pure. The shop answers on weekdays from 8 to 18 o'clock UTC."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from helpdesk.demo.script import Step, Story, duration

OPENS, CLOSES = 8, 18
ASKED_AFTER = timedelta(minutes=10)
_SATURDAY = 5


def moments(story: Story, now: datetime) -> Iterator[tuple[datetime, Step]]:
    """Each step with its moment; the story stops before what has not happened yet."""
    is_history = bool(story.day)
    at = _start(story, now)
    for step in story.steps:
        if step.verb == "votes" and at + ASKED_AFTER < now:
            yield at + ASKED_AFTER, Step(verb="is_asked", after="")
        at += duration(step.after)
        if is_history and step.by:
            at = in_working_hours(at)
        if at >= now:
            return
        yield at, step


def _start(story: Story, now: datetime) -> datetime:
    if not story.day:
        return now - duration(story.ago)
    hour, minute = map(int, story.time.split(":"))
    day = now
    for _number in range(story.day):
        day = _workday_before(day)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _workday_before(day: datetime) -> datetime:
    day -= timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def in_working_hours(at: datetime) -> datetime:
    """The same moment, or where the shop is closed, shortly after it opens again."""
    if at.hour >= CLOSES:
        at = _opening(at + timedelta(days=1))
    elif at.hour < OPENS:
        at = _opening(at)
    while at.weekday() >= _SATURDAY:
        at = _opening(at + timedelta(days=1))
    return at


def _opening(at: datetime) -> datetime:
    """Shortly after eight on that day; the minutes spread the morning's answers."""
    return at.replace(hour=OPENS, minute=3 + at.minute // 3, second=0, microsecond=0)
