from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput
from surveys.models import Answer, Invitation, Response, Survey
from surveys.services.voting import Vote, record_answers, record_vote
from tests.factories import make_team
from tickets.models import Customer, Ticket, TicketEvent

Ask = Callable[..., Invitation]


def vote(invitation: Invitation, score: int, comment: str = "") -> Response:
    return record_vote(invitation_id=invitation.pk, vote=Vote(score=score, comment=comment))


def answers(ticket: Ticket) -> list[dict[str, Any]]:
    events = TicketEvent.objects.filter(ticket=ticket, kind="survey.answered").order_by("sequence")
    return [event.data for event in events]


def test_vote_stands_on_the_timeline_of_the_ticket(asked: Ask) -> None:
    invitation = asked()
    vote(invitation, 9, "Quick!")
    assert answers(invitation.ticket) == [
        {
            "invitation": invitation.pk,
            "score": 9,
            "previous": None,
            "has_comment": True,
            "scale": "1-10",
            "rating": 9.0,
        }
    ]


def test_vote_keeps_what_was_asked_about_whatever_becomes_of_the_ticket(asked: Ask, agent: Any) -> None:
    team = make_team("Second line")
    invitation = asked(team=team)
    Ticket.objects.update(team=make_team("Third line"), assignee=None)
    response = vote(invitation, 9)
    assert (response.agent, response.team, response.channel) == (agent, team, invitation.ticket.channel)


def test_changed_vote_keeps_what_stood_before(clock: Any, asked: Ask) -> None:
    invitation = asked()
    first = vote(invitation, 4, "Slow.")
    clock.shift(timedelta(hours=1))
    response = vote(invitation, 8, "Solved now.")
    assert response.history == [{"score": 4, "comment": "Slow.", "at": first.answered_at.isoformat()}]
    assert (response.score, response.comment) == (8, "Solved now.")
    assert answers(invitation.ticket)[-1]["previous"] == 4


def test_same_vote_sent_twice_counts_once(asked: Ask) -> None:
    invitation = asked()
    vote(invitation, 8)
    vote(invitation, 8)
    assert (len(answers(invitation.ticket)), Response.objects.get().history) == (1, [])


def test_vote_stands_for_good_after_its_window(clock: Any, asked: Ask) -> None:
    invitation = asked()
    vote(invitation, 8)
    clock.shift(timedelta(days=2))
    with pytest.raises(Conflict, match="can no longer be changed"):
        vote(invitation, 1)
    assert Response.objects.get().score == 8


def test_vote_is_changed_twenty_times_and_then_stands_for_good(asked: Ask) -> None:
    invitation = asked()
    for change in range(21):
        vote(invitation, 1 + change % 2)
    with pytest.raises(Conflict) as refused:
        vote(invitation, 2, "Once more.")
    assert refused.value.code == "survey_used"
    stored = vote(invitation, 1)
    assert (stored.score, stored.comment, len(stored.history)) == (1, "", 20)
    assert len(answers(invitation.ticket)) == 21


def test_expired_question_takes_no_answer(clock: Any, asked: Ask) -> None:
    invitation = asked()
    clock.shift(timedelta(days=14))
    with pytest.raises(Conflict):
        vote(invitation, 8)
    assert not Response.objects.exists()


@pytest.mark.parametrize("score", [0, 11, -1])
def test_score_off_the_scale_is_refused(asked: Ask, score: int) -> None:
    with pytest.raises(InvalidInput):
        vote(asked(), score)


def test_low_score_puts_a_notice_on_the_ticket_and_raises_its_version(asked: Ask) -> None:
    ticket = asked().ticket
    version = Ticket.objects.get(pk=ticket.pk).version
    vote(Invitation.objects.get(), 6)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.notice, ticket.version) == ("low_score", version + 1)


def test_better_score_takes_the_notice_away(asked: Ask) -> None:
    invitation = asked()
    vote(invitation, 3)
    vote(invitation, 7)
    assert Ticket.objects.get().notice == ""


def test_low_score_leaves_another_notice_alone(asked: Ask) -> None:
    invitation = asked()
    Ticket.objects.update(notice="several_from")
    vote(invitation, 3)
    assert Ticket.objects.get().notice == "several_from"


def test_comment_loses_what_cannot_be_stored(asked: Ask) -> None:
    assert vote(asked(), 3, "bad\x00 byte").comment == "bad� byte"


@pytest.mark.parametrize(
    ("scale", "score", "rating", "low", "shown"),
    [
        ("1-5", 3, 5.5, True, "low 3/5"),
        ("1-5", 5, 10.0, False, "top 5/5"),
        ("0-10", 0, None, True, "low NPS 0"),
        ("0-10", 8, None, False, "fair NPS 8"),
        ("thumbs", 1, 10.0, False, "top up"),
        ("thumbs", 0, 1.0, True, "low down"),
    ],
)
def test_vote_is_rated_on_its_scale_and_shown_on_the_ticket(
    asked: Ask, scale: str, score: int, rating: float | None, low: bool, shown: str
) -> None:
    invitation = asked()
    Survey.objects.update(scale=scale)
    response = vote(invitation, score)
    assert (response.scale, response.rating, response.is_low) == (scale, rating, low)
    assert Ticket.objects.get(pk=invitation.ticket_id).last_vote == shown


def test_limit_of_the_survey_decides_what_is_low(asked: Ask) -> None:
    invitation = asked()
    Survey.objects.update(low_at_most=8)
    assert vote(invitation, 8).is_low


def test_further_answers_are_kept_with_the_vote_and_told_to_the_log(asked: Ask, survey: Survey) -> None:
    invitation, question = asked(), survey.questions.get()
    for _twice in range(2):
        record_vote(invitation_id=invitation.pk, vote=Vote(score=4, answers={question.pk: ["product", "speed"]}))
    assert sorted(Answer.objects.values_list("choice", flat=True)) == ["product", "speed"]
    told = TicketEvent.objects.filter(kind="survey.explained").get()
    assert told.data == {"invitation": invitation.pk, "choices": ["product", "speed"]}


def test_better_vote_takes_the_reasons_of_the_worse_one_into_its_history(asked: Ask, survey: Survey) -> None:
    invitation, question = asked(), survey.questions.get()
    record_vote(invitation_id=invitation.pk, vote=Vote(score=4, answers={question.pk: ["speed"]}))
    response = vote(invitation, 9)
    assert not response.answers.exists()
    assert response.history[0]["answers"] == {str(question.pk): ["speed"]}


def test_changed_reason_alone_is_kept_in_the_history(asked: Ask, survey: Survey) -> None:
    invitation, question = asked(), survey.questions.get()
    vote(invitation, 4)
    for choices in (["speed"], ["ease"]):
        response = record_answers(invitation_id=invitation.pk, answers={question.pk: choices}, via="page")
    assert [kept["answers"] for kept in response.history] == [{str(question.pk): ["speed"]}]
    assert [answer.choice for answer in response.answers.all()] == ["ease"]


def test_changed_reasons_count_as_changes(asked: Ask, survey: Survey) -> None:
    invitation, question = asked(), survey.questions.get()
    record_vote(invitation_id=invitation.pk, vote=Vote(score=2, answers={question.pk: ["speed"]}))
    for change in range(20):
        chosen = ["ease"] if change % 2 == 0 else ["speed"]
        record_answers(invitation_id=invitation.pk, answers={question.pk: chosen}, via="page")
    with pytest.raises(Conflict, match="no longer be changed"):
        record_answers(invitation_id=invitation.pk, answers={question.pk: ["ease"]}, via="page")
    assert Answer.objects.get().choice == "speed"


def test_further_answer_needs_a_vote_first(asked: Ask, survey: Survey) -> None:
    with pytest.raises(Conflict, match="score comes first"):
        record_answers(invitation_id=asked().pk, answers={survey.questions.get().pk: ["speed"]}, via="page")


def test_vote_about_no_ticket_is_stored(survey: Survey) -> None:
    customer = Customer.objects.create(name="Carla")
    invitation = Invitation.objects.create(
        survey=survey, customer=customer, occasion="api:order-1", state="sent", due_at=now(), sent_at=now()
    )
    response = vote(invitation, 9)
    assert (response.agent, response.team, response.channel, invitation.ticket) == (None, None, None, None)
