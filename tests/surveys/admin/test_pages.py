from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from surveys.models import Invitation, Survey
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team
from tickets.models import Ticket

Ask = Callable[..., Invitation]


@pytest.fixture
def voted(asked: Ask, survey: Survey) -> Any:
    answers = {survey.questions.get().pk: ["speed"]}
    vote = Vote(score=4, comment="<script>alert(1)</script> slow", answers=answers)
    return record_vote(invitation_id=asked().pk, vote=vote)


@pytest.mark.parametrize("page", ["survey", "invitation", "response"])
def test_lists_open_and_change_nothing_of_strangers_words(
    client: Client, administrator: Any, voted: Any, page: str
) -> None:
    client.force_login(administrator)
    answer = client.get(f"/admin/surveys/{page}/")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("band=low", True), ("band=top", False), ("q=slow", True), ("q=quick", False), ("scale=1-10", True), ("scale=1-5", False),
        ("days=7", True), ("comment=no", False), ("comment=yes", True), ("reason=speed", True), ("reason=ease", False),
        ("agent=1x", True), ("survey=0", False), ("agent=0", False),
    ],
)  # fmt: skip
def test_answers_are_found_by_everything_that_narrows_them(
    client: Client, lead: Any, voted: Any, query: str, found: bool
) -> None:
    client.force_login(lead)
    assert ("hd-vote-poor" in client.get(f"/admin/surveys/response/?{query}").text) is found


def test_votes_are_read_and_never_written(client: Client, administrator: Any, voted: Any) -> None:
    client.force_login(administrator)
    address = f"/admin/surveys/response/{voted.pk}/"
    assert client.get(f"{address}change/").status_code == 200
    assert [
        client.post(f"{address}change/", {"score": "10"}).status_code,
        client.post(f"{address}delete/").status_code,
    ] == [403, 403]


def test_reason_is_given_in_words(client: Client, lead: Any, asked: Ask) -> None:
    asked()
    Invitation.objects.update(state="suppressed", reason="quiet_period")
    client.force_login(lead)
    assert "asked a short while ago" in client.get("/admin/surveys/invitation/").text


def test_answers_of_a_closed_team_are_in_nobody_elses_list(client: Client, stranger: Any, voted: Any) -> None:
    Ticket.objects.update(team=make_team("Board", is_private=True))
    client.force_login(stranger)
    assert "slow" not in client.get("/admin/surveys/response/").text


@pytest.mark.parametrize("what", ["mail", "page"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_preview_shows_mail_and_page_in_a_frame_of_ours(
    client: Client, administrator: Any, survey: Survey, what: str, language: str
) -> None:
    client.force_login(administrator)
    address = f"/admin/surveys/survey/{survey.pk}/preview/{language}/"
    assert f"{address}{what}/" in client.get(address).text
    frame = client.get(f"{address}{what}/")
    assert (frame.status_code, frame["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]


def test_preview_of_a_language_we_do_not_speak_is_missing(client: Client, administrator: Any, survey: Survey) -> None:
    client.force_login(administrator)
    assert client.get(f"/admin/surveys/survey/{survey.pk}/preview/tlh/").status_code == 404


@pytest.mark.parametrize(("page", "most"), [("survey", 8), ("invitation", 8), ("response", 13)])
def test_lists_cost_few_queries(
    client: Client, administrator: Any, asked: Ask, page: str, most: int, django_assert_max_num_queries: Any
) -> None:
    Survey.objects.update(quiet_period="0")
    for number in range(5):
        invitation = asked(subject=f"Matter {number}")
        answers = {invitation.survey.questions.get().pk: ["speed"]}
        record_vote(invitation_id=invitation.pk, vote=Vote(score=4, answers=answers))
    client.force_login(administrator)
    client.get(f"/admin/surveys/{page}/")
    with django_assert_max_num_queries(most):
        client.get(f"/admin/surveys/{page}/")


def test_list_says_lengths_of_time_as_the_form_takes_them(client: Client, administrator: Any, survey: Survey) -> None:
    Survey.objects.update(delay="10 minutes", quiet_period="36 hours")
    client.force_login(administrator)
    page = client.get("/admin/surveys/survey/").text
    assert "10 min" in page
    assert "1 d 12 h" in page
