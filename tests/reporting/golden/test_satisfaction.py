"""Written logs of questions and votes: asked and answered in the database, and the figure of satisfaction that is shown of them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from helpdesk.common.clock import told_time
from reporting.metrics.csat import Csat
from reporting.metrics.question import Question
from reporting.models import TicketFact
from reporting.policies.period import Period
from reporting.services.facts import rebuild_facts
from surveys.models import Invitation, Survey
from surveys.services.voting import Vote, record_vote
from tests.support.golden import MONDAY, Logged, Story, read_stories
from tests.support.golden_filing import file_story, make_cast
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
STORIES = list(read_stories(Path(__file__).with_name("logs") / "satisfaction.log"))
# What a story may say behind "=>", and the column of the figure.
COLUMNS = {
    "asked": "sent",
    "votes": "count",
    "mean": "mean",
    "top": "share_top",
    "low": "share_low",
    "response rate": "response_rate",
}


def ask_and_answer(ticket: Ticket, log: list[Logged]) -> None:
    """Every question and vote of the log, at its time; a question is told apart by its number."""
    survey = Survey.objects.create(name="After the contact", change_window=timedelta(hours=1))
    asked: dict[int, Invitation] = {}
    for event in log:
        if event.kind == "survey.sent":
            number = event.data["invitation"]
            asked[number] = Invitation.objects.create(
                survey=survey,
                customer=ticket.customer,
                ticket=ticket,
                of_channel=ticket.channel,
                occasion=f"contact:{number}",
                state=Invitation.State.SENT,
                due_at=event.at,
                sent_at=event.at,
                expires_at=event.at + timedelta(days=14),
            )
        elif event.kind == "survey.answered":
            with told_time(event.at):
                vote = Vote(score=event.data["score"])
                record_vote(invitation_id=asked[event.data["invitation"]].pk, vote=vote)


@pytest.mark.parametrize("story", [pytest.param(story, id=story.name) for story in STORIES])
def test_satisfaction_that_is_shown_is_that_which_stands_below_the_log(story: Story, auditor: Any) -> None:
    make_cast()
    (ticket,) = file_story(story, without="survey.")
    ask_and_answer(ticket, story.log)
    question = Question(
        user=auditor, period=Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31), zone=ZoneInfo("UTC"))
    )
    (row,) = Csat().rows(question)
    shown = {name: row.values[column] for name, column in COLUMNS.items() if name in story.expected}
    assert {name: "none" if value is None else f"{value:g}" for name, value in shown.items()} == story.expected


def test_latest_vote_of_a_ticket_stands_in_its_facts() -> None:
    make_cast()
    (story,) = [story for story in STORIES if story.expected["votes"] == "2"]
    (ticket,) = file_story(story)
    rebuild_facts(since=MONDAY)
    fact = TicketFact.objects.get(ticket=ticket)
    assert (fact.survey_count, fact.vote_count, fact.last_rating) == (2, 2, 10)
