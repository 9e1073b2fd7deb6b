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
def voted(asked: Callable[..., Invitation], survey: Any) -> Any:
    answers = {survey.questions.get().pk: ["speed"]}
    return record_vote(invitation_id=asked().pk, vote=Vote(score=4, comment="=1+1 <b>slow</b>", answers=answers))


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
        ({"is_low": "true"}, 1),
        ({"scale": "1-5"}, 0),
        ({"rating_min": 4}, 1),
        ({"choice": "speed"}, 1),
        ({"choice": "product"}, 0),
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


def test_votes_are_never_edited_through_the_api(voted: Any, administrator: Any) -> None:
    _key, text = create_api_key(user=administrator, name="test", scopes=("admin",))
    for method in ("put", "patch", "delete"):
        answer = getattr(Client(), method)(
            f"{URL}{voted.pk}/", headers={"Authorization": f"Bearer {text}"}, content_type="application/json"
        )
        assert answer.status_code == 405


@pytest.fixture
def post(administrator: Any) -> Callable[..., Any]:
    def send(body: dict[str, Any], *, user: Any = administrator, scopes: tuple[str, ...] = ("write",)) -> Any:
        _key, text = create_api_key(user=user, name="test", scopes=scopes)
        headers = {"Authorization": f"Bearer {text}"}
        return Client().post(URL, body, content_type="application/json", headers=headers)

    return send


def test_vote_that_another_system_took_is_stored_with_its_further_answers(
    post: Callable[..., Any], asked: Callable[..., Invitation], survey: Any
) -> None:
    invitation, question = asked(), survey.questions.get()
    body = {
        "invitation": invitation.pk,
        "score": 3,
        "answers": [{"question": question.pk, "choices": ["ease", "speed"]}],
    }
    answer = post(body)
    assert answer.status_code == 201
    row = answer.json()
    assert (row["score"], row["scale"], row["rating"], row["is_low"], row["answered_via"]) == (
        3,
        "1-10",
        3.0,
        True,
        "api",
    )
    assert row["answers"] == [{"question": question.pk, "choices": ["ease", "speed"], "text": ""}]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"score": 0}, 400, "score_off_the_scale"),
        ({"score": 9, "answers": [{"question": "Q", "choices": ["speed"]}]}, 400, "question_not_asked"),
        ({"answers": [{"question": "Q", "choices": ["weather"]}]}, 400, "unknown_choice"),
        ({"answers": [{"question": "Q"}]}, 400, "answer_unclear"),
        ({"invitation": 999999}, 404, "invitation_not_found"),
    ],
)
def test_vote_that_does_not_fit_is_refused(
    post: Callable[..., Any],
    asked: Callable[..., Invitation],
    survey: Any,
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    question = survey.questions.get().pk
    body: dict[str, Any] = {"invitation": asked().pk, "score": 3} | changes
    for answer in body.get("answers", ()):
        answer["question"] = question
    refused = post(body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_closed_invitation_takes_no_vote_from_a_system_either(
    post: Callable[..., Any], asked: Callable[..., Invitation]
) -> None:
    invitation = asked()
    Invitation.objects.update(state="expired")
    assert post({"invitation": invitation.pk, "score": 9}).status_code == 409


def test_only_who_may_add_votes_does(post: Callable[..., Any], asked: Callable[..., Invitation], agent: Any) -> None:
    body = {"invitation": asked().pk, "score": 9}
    assert [post(body, user=agent).status_code, post(body, scopes=("read",)).status_code] == [403, 403]
