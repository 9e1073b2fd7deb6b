"""Setting up what is asked, as an administrator does it in the form."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from surveys.models import Invitation, Survey, SurveyQuestion
from surveys.services.voting import Vote, record_vote

ADD = "/admin/surveys/survey/add/"


@pytest.fixture
def filled(client: Client, administrator: Any) -> Callable[..., dict[str, Any]]:
    """What the form of a new survey, or of a stored one, would send, with changes."""
    client.force_login(administrator)

    def fill(survey: Survey | None = None, **changes: Any) -> dict[str, Any]:
        page = client.get(f"/admin/surveys/survey/{survey.pk}/change/" if survey else ADD)
        form = page.context["adminform"].form
        values = {bound.html_name: bound.value() for bound in form}
        sent = {name: value for name, value in values.items() if value not in (None, False, [])}
        return {name: "on" if value is True else value for name, value in (sent | changes).items()}

    return fill


def errors(answer: Any) -> dict[str, str]:
    return {name: texts[0] for name, texts in answer.context["adminform"].form.errors.items()}


def test_form_saves_scale_words_and_further_questions(client: Client, db: None, filled: Any) -> None:
    sent = filled(
        name="After a purchase", scale="1-5", question_de="Passt alles?", thanks_ar="شكرا",
        further_1_kind="choice", further_1_from="1", further_1_to="2", further_1_choices="Speed\nThe colour",
        further_1_words_de="Was war es?\n\nDie Farbe", further_2_kind="text", further_2_from="3", further_2_to="5",
    )  # fmt: skip
    assert client.post(ADD, sent).status_code == 302
    survey = Survey.objects.get(name="After a purchase")
    assert {(row.language, row.question, row.thanks) for row in survey.wordings.all()} == {
        ("de", "Passt alles?", ""),
        ("ar", "", "شكرا"),
    }
    first, second = survey.questions.all()
    assert first.choices == [{"key": "speed", "label": ""}, {"key": "the-colour", "label": "The colour"}]
    assert first.wordings == {"de": {"text": "Was war es?", "choices": {"the-colour": "Die Farbe"}}}
    assert (second.kind, second.lowest_score, second.highest_score) == ("text", 3, 5)


def test_saving_untouched_changes_nothing(client: Client, survey: Survey, filled: Any) -> None:
    before = list(SurveyQuestion.objects.values())
    assert client.post(f"/admin/surveys/survey/{survey.pk}/change/", filled(survey)).status_code == 302
    assert list(SurveyQuestion.objects.values()) == before


@pytest.mark.parametrize(
    ("changes", "field", "advice"),
    [
        (
            {"scale": "thumbs", "further_1_kind": "text", "further_1_from": "0", "further_1_to": "6"},
            "further_1_to",
            "0 to 1",
        ),
        ({"further_1_kind": "text", "further_1_from": "5", "further_1_to": "2"}, "further_1_to", "From score"),
        ({"further_1_kind": "choice", "further_1_choices": "Only one"}, "further_1_choices", "2 to 10 choices"),
        ({"low_at_most": "10"}, "low_at_most", "1 to 9"),
        ({"expires_after": "10 min"}, "expires_after", "an hour"),
        ({"remind_after": "20 d"}, "remind_after", "before the question expires"),
    ],
)
def test_mistake_is_told_with_what_to_do(
    client: Client, db: None, filled: Any, changes: dict[str, str], field: str, advice: str
) -> None:
    answer = client.post(ADD, filled(name="New", **changes))
    assert advice in errors(answer)[field]


def test_scale_stays_once_somebody_has_voted(client: Client, survey: Survey, asked: Any, filled: Any) -> None:
    record_vote(invitation_id=asked().pk, vote=Vote(score=8))
    answer = client.post(f"/admin/surveys/survey/{survey.pk}/change/", filled(survey, scale="1-5"))
    assert "add a new one" in errors(answer)["scale"]


def test_answered_question_that_is_taken_away_stays_for_the_figures_and_is_asked_no_more(
    client: Client, survey: Survey, asked: Callable[..., Invitation], filled: Any
) -> None:
    question = survey.questions.get()
    record_vote(invitation_id=asked().pk, vote=Vote(score=3, answers={question.pk: ["speed"]}))
    changed = filled(survey, further_1_kind="text", further_1_text="What happened?")
    assert client.post(f"/admin/surveys/survey/{survey.pk}/change/", changed).status_code == 302
    question.refresh_from_db()
    assert question.lowest_score > question.highest_score
    assert [row.text for row in survey.questions.filter(kind="text")] == ["What happened?"]


@pytest.mark.parametrize("what", ["mail", "page", "thanks", "chat"])
def test_preview_shows_what_is_typed_and_stores_nothing(
    client: Client, survey: Survey, administrator: Any, what: str
) -> None:
    client.force_login(administrator)
    typed = {
        "scale": "thumbs", "question_de": "War es gut?", "thanks_de": "War es gut? Danke!", "further_1_kind": "choice",
        "further_1_from": "0", "further_1_to": "0", "further_1_choices": "Speed\n<b>Other</b>",
    }  # fmt: skip
    page = client.get(f"/admin/surveys/survey/{survey.pk}/preview/de/{what}/", typed).text
    assert "War es gut?" in page
    assert "<b>Other" not in page
    assert ("Tempo" in page) is (what != "mail")
    survey.refresh_from_db()
    assert (survey.scale, survey.wordings.count(), survey.questions.get().kind) == ("1-10", 0, "choice")


def test_preview_of_a_new_survey_is_for_those_who_may_add_one(client: Client, administrator: Any, lead: Any) -> None:
    address = "/admin/surveys/survey/0/preview/en/page/"
    for user, status in ((administrator, 200), (lead, 404)):
        client.force_login(user)
        assert client.get(address).status_code == status
