from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.services import create_api_key
from surveys.models import Invitation
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team
from tickets.models import Ticket

URL = "/api/v1/survey-responses/"


@pytest.fixture
def read() -> Callable[..., Any]:
    def get(user: Any, path: str = URL, **query: Any) -> Any:
        _key, text = create_api_key(user=user, name="test", scopes=("read",))
        return Client().get(path, query, headers={"Authorization": f"Bearer {text}"})

    return get


@pytest.fixture
def voted(asked: Callable[..., Invitation]) -> Any:
    return record_vote(invitation_id=asked().pk, vote=Vote(score=4, comment="=1+1 <b>slow</b>"))


def test_answer_is_read_with_its_ticket_and_comment_as_written(
    read: Callable[..., Any], voted: Any, agent: Any
) -> None:
    (row,) = read(agent).json()["results"]
    ticket = voted.invitation.ticket
    assert (row["score"], row["comment"], row["ticket"], row["customer"]) == (
        4,
        "=1+1 <b>slow</b>",
        ticket.pk,
        ticket.customer_id,
    )
    assert read(agent, f"{URL}{voted.pk}/").json() == row


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"score_max": 6}, 1),
        ({"score_min": 7}, 0),
        ({"has_comment": "true"}, 1),
        ({"search": "SLOW"}, 1),
        ({"search": "quick"}, 0),
    ],
)
def test_answers_are_narrowed(
    read: Callable[..., Any], voted: Any, agent: Any, query: dict[str, Any], found: int
) -> None:
    assert len(read(agent, **query).json()["results"]) == found


@pytest.mark.parametrize(
    "query", [{"score_min": "7.5x"}, {"colour": "blue"}, {"ordering": "score"}, {"answered_after": "soon"}]
)
def test_wrong_parameter_is_refused(read: Callable[..., Any], voted: Any, agent: Any, query: dict[str, Any]) -> None:
    assert read(agent, **query).status_code == 400


def test_answers_about_a_closed_team_are_seen_by_its_members_and_who_reads_figures(
    read: Callable[..., Any], voted: Any, agent: Any, stranger: Any, marketing: Any
) -> None:
    Ticket.objects.update(team=make_team("Board", agent, is_private=True))
    assert [len(read(user).json()["results"]) for user in (agent, stranger, marketing)] == [1, 0, 1]
    assert read(stranger, f"{URL}{voted.pk}/").status_code == 404


def test_nobody_writes_votes_through_the_api(voted: Any, administrator: Any) -> None:
    _key, text = create_api_key(user=administrator, name="test", scopes=("admin",))
    for method in ("post", "put", "patch", "delete"):
        address = URL if method == "post" else f"{URL}{voted.pk}/"
        answer = getattr(Client(), method)(
            address, headers={"Authorization": f"Bearer {text}"}, content_type="application/json"
        )
        assert answer.status_code == 405
