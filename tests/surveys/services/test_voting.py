from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.common.errors import Conflict, InvalidInput
from surveys.models import Invitation, Response
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team
from tickets.models import Ticket, TicketEvent

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


def test_vote_keeps_who_answered_and_for_which_team(asked: Ask, agent: Any) -> None:
    team = make_team("Second line")
    invitation = asked()
    Ticket.objects.update(team=team, assignee=None)
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
