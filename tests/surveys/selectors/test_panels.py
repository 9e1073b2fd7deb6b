from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation

from surveys.models import Invitation, Response
from surveys.selectors.panels import survey_panel
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team
from tickets.models import Ticket

Ask = Callable[..., Invitation]


def vote(invitation: Invitation, score: int, comment: str = "") -> Ticket:
    record_vote(invitation_id=invitation.pk, vote=Vote(score=score, comment=comment))
    assert invitation.ticket is not None
    return invitation.ticket


def test_customers_votes_and_comment_stand_beside_his_ticket(asked: Ask, agent: Any) -> None:
    html = survey_panel(vote(asked(), 4, "<b>Slow</b>"), agent)
    assert ">4<" in html
    assert "&lt;b&gt;Slow" in html


def test_nothing_stands_there_without_a_vote(asked: Ask, agent: Any) -> None:
    assert survey_panel(asked().ticket, agent) == ""


def test_trend_compares_with_the_votes_before(clock: Any, asked: Ask, survey: Any, agent: Any) -> None:
    survey.quiet_period *= 0
    survey.save()
    ticket = vote(asked(), 4)
    vote(asked(subject="Another matter"), 9)
    assert "Better than before" in survey_panel(ticket, agent)


def test_scores_over_time_are_drawn_and_said(clock: Any, asked: Ask, survey: Any, agent: Any) -> None:
    survey.quiet_period *= 0
    survey.save()
    vote(asked(), 4)
    html = survey_panel(vote(asked(subject="Another matter"), 10), agent)
    assert 'points="6.0,35.3 234.0,6.0"' in html
    assert "Scores over time: 4 of 10 on" in html


def test_days_are_those_of_the_zone_in_force_as_the_reader_writes_them(
    clock: Any, asked: Ask, survey: Any, agent: Any
) -> None:
    survey.quiet_period *= 0
    survey.save()
    clock.shift(timedelta(hours=14, minutes=30))  # 23:30 on 2 March, UTC
    vote(asked(), 4)
    ticket = vote(asked(subject="Another matter"), 10)
    with timezone.override("Europe/Berlin"), translation.override("de"):
        html = survey_panel(ticket, agent)
    assert "4 of 10 on 03.03.2026" in html
    assert html.count("· 03.03.2026") == 2


def test_votes_about_tickets_of_a_closed_team_are_not_shown(asked: Ask, stranger: Any) -> None:
    ticket = vote(asked(), 4)
    Ticket.objects.update(team=make_team("Board", is_private=True))
    assert survey_panel(ticket, stranger) == ""


def test_panel_costs_one_query(asked: Ask, agent: Any, django_assert_max_num_queries: Any) -> None:
    ticket = vote(asked(), 4, "Slow")
    agent.get_all_permissions()  # read with the user on every request
    with django_assert_max_num_queries(1):
        survey_panel(ticket, agent)
    assert Response.objects.count() == 1
