"""What stands on the customer's page: the question, the thanks and the further questions, in his language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.template.defaultfilters import date as format_date
from django.utils import timezone, translation

from helpdesk.core.services import read_site_settings
from surveys.models import Response, Survey, SurveyQuestion
from surveys.policies.questions import TEXT, Answers, asked_after, asked_ever, question_words
from surveys.policies.scales import THUMBS
from surveys.policies.texts import SurveyTexts
from surveys.policies.wordings import answer_in_words, words_of


@dataclass(frozen=True, kw_only=True)
class ShownQuestion:
    """A further question with what is chosen in it. ``places``: the classes that say after which scores it is shown."""

    name: str
    text: str
    is_text: bool
    choices: Sequence[tuple[str, str, bool]] = ()
    written: str = ""
    places: str = ""


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What the customer has chosen so far, or sent; ``errors``: field -> what is wrong with it."""

    score: int | None = None
    comment: str = ""
    answers: Answers = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def question_context(survey: Survey, texts: SurveyTexts, typed: Typed) -> dict[str, Any]:
    """The question on its scale with every further question, of which the page shows those that fit the chosen score."""
    words, scale = words_of(survey, texts), survey.values
    return {
        "words": words,
        "scale": scale,
        "is_thumbs": scale.key == THUMBS,
        "scores": list(scale.scores) if scale.key != THUMBS else [1, 0],
        "score": typed.score,
        "comment": typed.comment,
        "errors": typed.errors,
        "further": [
            shown_question(question, texts, typed.answers)
            for question in survey.questions.all()
            if asked_ever(question)
        ],
    }


def thanks_context(
    survey: Survey, texts: SurveyTexts, response: Response, *, answers: Answers, asks_further: bool
) -> dict[str, Any]:
    """The thanks with the answer said back; with ``asks_further``, also what has not been answered of what fits the score."""
    asked = asked_after(survey.questions.all(), response.score)
    zone = ZoneInfo(read_site_settings().time_zone)
    until = response.answered_at + survey.change_window
    with translation.override(texts.language):
        shown = format_date(timezone.localtime(until, zone), "DATETIME_FORMAT")
    return {
        "words": words_of(survey, texts),
        "is_thumbs": survey.values.key == THUMBS,
        "score": response.score,
        "your_answer": answer_in_words(response.score, survey.values, texts),
        "comment": response.comment,
        "said": [said for question in asked if (said := _said(question, texts, answers))],
        "further": [shown_question(question, texts, {}) for question in asked if question.pk not in answers]
        if asks_further
        else [],
        "change_until": texts.change_until.replace("{until}", shown),
    }


def given_answers(response: Response | None) -> Answers:
    """What a customer has said to further questions: question id -> keys, or his words. One query."""
    answers: dict[int, Sequence[str] | str] = {}
    for answer in response.answers.order_by("id") if response else ():
        if answer.choice:
            answers[answer.question_id] = [*answers.get(answer.question_id, ()), answer.choice]
        else:
            answers[answer.question_id] = answer.text
    return answers


def shown_question(question: SurveyQuestion, texts: SurveyTexts, answers: Answers) -> ShownQuestion:
    """One further question in the language of ``texts``."""
    text, choices = question_words(question, texts.language)
    given = answers.get(question.pk, "")
    scores = range(question.lowest_score, min(question.highest_score, 10) + 1)
    return ShownQuestion(
        name=f"q{question.pk}",
        text=text,
        is_text=question.kind == TEXT,
        choices=[(key, label, key in given) for key, label in choices],
        written=given if isinstance(given, str) else "",
        places=" ".join(f"hd-at-{score}" for score in scores),
    )


def _said(question: SurveyQuestion, texts: SurveyTexts, answers: Answers) -> str:
    """What the customer said to one further question, in words; "" for nothing."""
    given = answers.get(question.pk)
    if given is None or isinstance(given, str):
        return given or ""
    return ", ".join(label for key, label in question_words(question, texts.language)[1] if key in given)
