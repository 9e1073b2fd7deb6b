"""Written logs of several tickets, filed and folded like real ones: whether the customer came back with it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpdesk.common.clock import told_time
from reporting.metrics.first_contact_resolution import FirstContactResolution, handled_cases
from reporting.metrics.question import Question
from reporting.models import TicketFact
from reporting.policies.period import Period
from reporting.services.facts import rebuild_facts
from tests.support.golden import MONDAY, read_stories, seconds
from tests.support.golden_filing import file_story, make_cast

pytestmark = pytest.mark.django_db
STORIES = list(read_stories(Path(__file__).with_name("logs") / "across_tickets.log"))
SEEN_AT = MONDAY + timedelta(days=13, hours=23)


@pytest.fixture
def filed(db: None) -> dict[str, list[int]]:
    """The tickets of every story with their logs: story -> ids."""
    make_cast()
    return {story.name: [ticket.pk for ticket in file_story(story)] for story in STORIES}


def test_coming_back_is_seen_across_tickets_and_channels(filed: dict[str, list[int]], auditor: Any) -> None:
    rebuild_facts(since=MONDAY)
    period = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31), zone=ZoneInfo("UTC"))
    question = Question(user=auditor, period=period)
    with told_time(SEEN_AT):
        outcomes = dict(handled_cases(question).values_list("ticket_id", "outcome"))
        (row,) = FirstContactResolution().rows(question)
    found = {name: "+".join(str(outcomes.get(pk, "none")) for pk in ids) for name, ids in filed.items()}
    assert found == {story.name: story.expected["outcomes"] for story in STORIES}
    of_all = [outcome for story in STORIES for outcome in story.expected["outcomes"].split("+") if outcome != "none"]
    assert row.values["count"] == len(of_all)
    first = of_all.count("final") + of_all.count("provisional")
    assert (row.values["first_contact"], row.values["provisional"]) == (first, of_all.count("provisional"))
    # No numerator is more than its denominator, and whoever is not resolved stands in the first one.
    assert row.values["share_of_handled"] == first / len(of_all)
    assert row.values["share_of_resolved"] == first / (len(of_all) - of_all.count("unresolved"))


def test_every_case_of_an_endless_thread_has_its_own_first_response(filed: dict[str, list[int]]) -> None:
    rebuild_facts(since=MONDAY)
    (story,) = [story for story in STORIES if "first responses" in story.expected]
    facts = TicketFact.objects.in_bulk(filed[story.name])
    times = [facts[pk].first_response_seconds for pk in filed[story.name]]
    assert times == [seconds(text) for text in story.expected["first responses"].split("+")]
