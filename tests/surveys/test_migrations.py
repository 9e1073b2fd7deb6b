from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from surveys.models import Invitation, Response, Survey
from surveys.policies.scales import SCALES
from surveys.services.voting import Vote, record_vote
from tickets.models import Ticket

Ask = Callable[..., Invitation]
EVERY_SCORE = [(scale.key, score) for scale in SCALES.values() for score in scale.scores]


def fill() -> None:
    sql = import_module("surveys.migrations.0007_tickets_show_their_earlier_votes").SQL
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_tickets_voted_on_earlier_show_what_a_vote_of_today_would_put_there(asked: Ask, survey: Survey) -> None:
    invitation = asked()
    shown: dict[tuple[str, int], str] = {}
    filled: dict[tuple[str, int], str] = {}
    for scale, score in EVERY_SCORE:
        Survey.objects.update(scale=scale)
        Response.objects.update(history=[])  # no vote is changed that often
        record_vote(invitation_id=invitation.pk, vote=Vote(score=score))
        shown[scale, score] = Ticket.objects.get().last_vote
        Ticket.objects.update(last_vote="")
        fill()
        filled[scale, score] = Ticket.objects.get().last_vote
    assert filled == shown
    assert {"low 6", "top 9", "fair 4/5", "fair NPS 8", "top up"} <= set(filled.values())


@pytest.mark.parametrize(("last_vote", "expected"), [("", "top 10"), ("fair 7", "fair 7")])
def test_latest_vote_or_change_of_a_vote_counts_and_what_stands_there_stays(
    clock: Any, asked: Ask, survey: Survey, last_vote: str, expected: str
) -> None:
    first = asked()
    second = Invitation.objects.create(
        survey=survey, customer=first.customer, ticket=first.ticket, occasion="contact:2", state="sent", due_at=first.due_at
    )  # fmt: skip
    for invitation, score in ((first, 5), (second, 3), (first, 10)):
        record_vote(invitation_id=invitation.pk, vote=Vote(score=score))
        clock.shift(timedelta(hours=1))
    Ticket.objects.update(last_vote=last_vote)
    fill()
    assert Ticket.objects.get().last_vote == expected
