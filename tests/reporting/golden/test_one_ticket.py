"""Written logs of single tickets, and the figures that must follow from them. No database."""

from collections.abc import Callable
from datetime import UTC, time
from pathlib import Path

import pytest

from reporting.policies.case import CaseValues, fold_case
from reporting.policies.contacts import Contact, fold_contacts
from reporting.policies.facts import FactValues, fold_events
from reporting.policies.waits import Wait, fold_waits
from tests.support.golden import SESSION_GAP, Story, read_stories, seconds
from tickets.policies.business_time import Week, business_seconds_between

LOGS = Path(__file__).with_name("logs")
FILES = ("first_response", "first_contact", "handle_time")
STORIES = [story for name in FILES for story in read_stories(LOGS / f"{name}.log")]
WEEK = Week(zone=UTC, spans={day: [(time(9), time(17))] for day in range(5)})


class Found:
    """What the folds make of a story."""

    def __init__(self, story: Story) -> None:
        log = story.log
        self.facts: FactValues = fold_events(log)
        self.case: CaseValues = fold_case(log, session_gap=SESSION_GAP)
        self.contacts: list[Contact] = fold_contacts(log, session_gap=SESSION_GAP)
        self.waits: list[Wait] = fold_waits(log)

    @property
    def business_seconds(self) -> int | None:
        begun, answered = self.facts.waiting_started_at, self.facts.first_response_at
        if begun is None or answered is None:
            return None
        return round(business_seconds_between(WEEK, start=begun, end=answered))

    @property
    def work(self) -> list[int | None]:
        (only,) = self.contacts
        return [only.talk_seconds, only.hold_seconds, only.wrap_up_seconds, only.active_seconds]


def yes(value: object) -> str:
    return "yes" if value else "no"


def every(text: str) -> list[int | None]:
    return [seconds(part) for part in text.split("+")]


# What a story may say behind "=>": how it is read, and what must be the same.
CHECKS: dict[str, tuple[Callable[[str], object], Callable[[Found], object]]] = {
    "first response": (seconds, lambda found: found.facts.first_response_seconds),
    "any response": (seconds, lambda found: found.facts.any_response_seconds),
    "after the bot": (seconds, lambda found: found.facts.hand_off_response_seconds),
    "business response": (seconds, lambda found: found.business_seconds),
    "next response": (every, lambda found: [wait.seconds for wait in found.waits]),
    "waiting": (str, lambda found: yes(found.facts.is_waiting)),
    "excluded": (str, lambda found: found.facts.excluded_because or "none"),
    "handled": (str, lambda found: yes(found.case.is_handled)),
    "first contact": (str, lambda found: yes(found.case.is_first_contact)),
    "handover": (str, lambda found: yes(found.case.has_handover)),
    "aside": (str, lambda found: yes(found.case.was_put_aside)),
    "reopened": (int, lambda found: found.facts.reopen_count),
    "first resolution": (seconds, lambda found: found.case.first_resolution_seconds),
    "resolution": (seconds, lambda found: found.case.resolution_seconds),
    "resolved now": (str, lambda found: yes(found.facts.last_resolved_at)),
    "contacts": (int, lambda found: len(found.contacts)),
    "handle": (every, lambda found: [contact.handle_seconds for contact in found.contacts]),
    "work": (every, lambda found: found.work),
}


@pytest.mark.parametrize("story", [pytest.param(story, id=story.name) for story in STORIES])
def test_figures_of_a_written_log_are_those_that_stand_below_it(story: Story) -> None:
    found = Found(story)
    assert story.expected, "a story without figures shows nothing"
    told = {name: CHECKS[name][1](found) for name in story.expected}
    assert told == {name: CHECKS[name][0](text) for name, text in story.expected.items()}
