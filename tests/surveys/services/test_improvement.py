"""Actions about topics, agents and causes: who may write them, whether they helped, and who is told that they are late."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from helpdesk.accounts.models import User
from helpdesk.common.errors import HelpdeskError, NotVisible
from surveys.models import CorrectiveAction, Invitation, Response, RootCause, Survey
from surveys.services.improvement import (
    add_improvement,
    cancel_improvement,
    change_improvement,
    finish_improvement,
    score_done_actions,
    warn_of_late_actions,
)
from surveys.services.recovery import add_action, open_case
from tests.factories import make_team, make_ticket
from tickets.models import Notification, Ticket, Topic
from tickets.notification_words import notification_path, notification_text
from tickets.services.actors import Actor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = date(2026, 3, 9)
Vote = Callable[..., Response]


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(name="Parcels gone astray")


@pytest.fixture
def vote(survey: Survey, email_channel: Any) -> Vote:
    """Make a vote so many days from NOW."""
    ticket = make_ticket(email_channel)

    def make(days: float, rating: float | None, **fields: Any) -> Response:
        at = NOW + timedelta(days=days)
        invitation = Invitation.objects.create(
            survey=survey, customer=ticket.customer, ticket=ticket, occasion=f"manual:{Invitation.objects.count()}",
            state="answered", due_at=at, sent_at=at,
        )  # fmt: skip
        return Response.objects.create(invitation=invitation, score=5, rating=rating, answered_at=at, **fields)

    return make


def add(by: User, **values: Any) -> CorrectiveAction:
    return add_improvement(
        **{"title": "Ask the carrier", "owner_id": by.pk, "due_on": DUE} | values, actor=Actor.agent(by)
    )


def test_score_before_is_the_mean_of_ninety_days_and_after_grows_until_it_is_frozen(
    clock: Any, topic: Topic, vote: Vote, agent: User, lead: User
) -> None:
    for days, rating in ((-90, 2), (-1, 5), (-90.1, 10), (-1, None), (0, 10)):
        vote(days, rating, topic=topic)
    vote(-1, 9, agent=agent)
    action = add(lead, topic_id=topic.pk)
    assert (action.score_before, action.votes_before, action.score_after) == (3.5, 2, None)
    assert score_done_actions() == 0
    clock.shift(timedelta(days=10))
    finish_improvement(action_id=action.pk, result="They scan now.", actor=Actor.agent(lead))

    def after() -> tuple[float | None, int | None]:
        counted = score_done_actions()
        action.refresh_from_db()
        assert counted in (0, 1)
        return action.score_after, action.votes_after

    assert after() == (None, 0)
    vote(10, 8, topic=topic)
    vote(9.9, 1, topic=topic)
    assert after() == (None, 0), "once a day"
    clock.shift(timedelta(days=1))
    assert after() == (8, 1)
    vote(99, 4, topic=topic)
    vote(100, 1, topic=topic)
    clock.shift(timedelta(days=200))
    assert after() == (6, 2)
    Response.objects.update(rating=1)
    clock.shift(timedelta(days=2))
    assert (score_done_actions(), after()) == (0, (6, 2)), "frozen once the days are over"


@pytest.mark.parametrize(
    ("role", "about", "code"),
    [
        ("agent", "topic_id", ""), ("lead", "topic_id", ""), ("agent", "agent_id", "may_not_coach"), ("lead", "agent_id", ""),
        ("agent", "root_cause_id", "may_not_mend"), ("lead", "root_cause_id", ""),
    ],
)  # fmt: skip
def test_leads_coach_and_mend_causes_and_agents_act_on_topics(
    request: pytest.FixtureRequest, topic: Topic, stranger: User, role: str, about: str, code: str
) -> None:
    user = request.getfixturevalue(role)
    keys = {"topic_id": topic.pk, "agent_id": stranger.pk, "root_cause_id": RootCause.objects.all()[0].pk}
    refused = ""
    try:
        add(user, **{about: keys[about]})
    except HelpdeskError as error:
        refused = error.code
    assert refused == code
    assert CorrectiveAction.objects.count() == (not code)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "about"), ({"topic_id": 1, "agent_id": 1}, "about"), ({"topic_id": 999_999}, "about"),
        ({"topic": True, "title": " "}, "title"), ({"topic": True, "owner_id": 999_999}, "owner"),
    ],
)  # fmt: skip
def test_action_says_what_it_is_about_what_is_done_and_by_whom(
    topic: Topic, lead: User, values: dict[str, Any], field: str
) -> None:
    if values.pop("topic", False):
        values["topic_id"] = topic.pk
    with pytest.raises(HelpdeskError) as refusal:
        add(lead, **values)
    assert set(refusal.value.fields) == {field}


def test_coaching_note_is_read_by_its_agent_its_owner_and_leads_and_changed_by_the_last_two(
    agent: User, stranger: User, lead: User, auditor: User, administrator: User
) -> None:
    team_mate = User.objects.create_user("mate", is_staff=True)
    team_mate.groups.set(agent.groups.all())
    note = add_improvement(
        agent_id=agent.pk, title="Listen first", owner_id=stranger.pk, due_on=DUE, actor=Actor.agent(lead)
    )
    readers = {
        user.username
        for user in (agent, stranger, lead, auditor, administrator, team_mate)
        if CorrectiveAction.objects.visible_to(user).exists()
    }
    assert readers == {agent.username, stranger.username, lead.username, administrator.username}
    for user, code in ((agent, "not_yours"), (team_mate, "action_not_found"), (auditor, "action_not_found")):
        for verb in (finish_improvement, change_improvement, cancel_improvement):
            values = {"result": "x"} if verb is finish_improvement else {}
            with pytest.raises(HelpdeskError) as refusal:
                verb(action_id=note.pk, actor=Actor.agent(user), **values)
            assert refusal.value.code == code
    change_improvement(action_id=note.pk, actor=Actor.agent(stranger), title="Listen, then write")
    finish_improvement(action_id=note.pk, result="We talked.", actor=Actor.agent(lead))
    note.refresh_from_db()
    assert (note.title, note.done_by, note.result) == ("Listen, then write", lead, "We talked.")


def test_action_of_a_case_in_a_closed_team_is_seen_by_its_people_and_by_its_owner(
    email_channel: Any, agent: User, stranger: User, lead: User
) -> None:
    ticket = make_ticket(email_channel)
    actor = Actor.agent(stranger)
    case = open_case(
        customer_id=ticket.customer_id, source="manual", key="manual:1", actor=actor, ticket_id=ticket.pk, words="Oh."
    )
    action = add_action(case_id=case.pk, title="Secret", owner_id=None, due_on=DUE, actor=actor)
    Ticket.objects.filter(pk=ticket.pk).update(team=make_team("Board", stranger, is_private=True))
    seen = [CorrectiveAction.objects.visible_to(user).exists() for user in (agent, stranger, lead)]
    assert seen == [False, True, False]
    with pytest.raises(NotVisible):
        cancel_improvement(action_id=action.pk, actor=Actor.agent(lead))
    CorrectiveAction.objects.update(owner=agent)
    assert CorrectiveAction.objects.visible_to(agent).exists()


def test_owner_is_told_of_his_action_and_once_for_each_day_that_it_is_late(
    topic: Topic, agent: User, lead: User
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        action = add(lead, topic_id=topic.pk, owner_id=agent.pk)
        told = Notification.objects.get(user=agent)
        page = f"/admin/surveys/correctiveaction/{action.pk}/change/"
        assert (notification_text(told), notification_path(told)) == ("You are to do “Ask the carrier”", page)
        clock.move_to(datetime(2026, 3, 9, 20, tzinfo=UTC))
        assert warn_of_late_actions() == 0, "its day is not over"
        clock.move_to(datetime(2026, 3, 11, tzinfo=UTC))
        assert [warn_of_late_actions(), warn_of_late_actions()] == [1, 0]
        change_improvement(action_id=action.pk, actor=Actor.agent(lead), due_on=date(2026, 3, 20))
        clock.move_to(datetime(2026, 3, 22, tzinfo=UTC))
        assert [warn_of_late_actions(), warn_of_late_actions()] == [1, 0]
        late = Notification.objects.filter(user=agent, kind="improvement_late").order_by("pk")
        assert [row.data["due_on"] for row in late] == ["2026-03-09", "2026-03-20"]
        assert notification_text(late[0]) == "“Ask the carrier” was to be done by 9 Mar"
        assert {notification_path(row) for row in late} == {page}
        finish_improvement(action_id=action.pk, result="", actor=Actor.agent(agent))
        clock.move_to(datetime(2026, 5, 1, tzinfo=UTC))
        assert warn_of_late_actions() == 0
