"""Keeping what a customer says to the further questions of a survey."""

from collections.abc import Sequence
from typing import Any

from surveys.models import Answer, Response, SurveyQuestion
from surveys.policies.questions import Answers, GivenAnswer, read_answers


def kept_answers(response: Response) -> dict[str, Any]:
    """What stands there now, as a vote's history keeps it: question id -> the keys of the choices, or the words."""
    kept: dict[str, Any] = {}
    for answer in response.answers.order_by("question_id", "id"):
        key = str(answer.question_id)
        if answer.choice:
            kept.setdefault(key, []).append(answer.choice)
        else:
            kept[key] = answer.text
    return kept


def store_answers(response: Response, asked: Sequence[SurveyQuestion], answers: Answers) -> bool:
    """Bring the rows in line: answers to what is not ``asked`` go, those in ``answers`` replace what stood there.

    Call inside the transaction that holds the invitation. Returns whether anything changed in them. Raises InvalidInput as
    ``read_answers`` does.
    """
    given = read_answers(asked, answers)
    response.answers.exclude(question__in=asked).delete()
    changed = [_replace(response, answer) for answer in given]
    return any(changed)


def _replace(response: Response, given: GivenAnswer) -> bool:
    rows = response.answers.filter(question_id=given.question_id)
    wanted = {(choice, "") for choice in given.choices} or ({("", given.text)} if given.text else set())
    if set(rows.values_list("choice", "text")) == wanted:
        return False
    rows.delete()
    Answer.objects.bulk_create(
        Answer(response=response, question_id=given.question_id, choice=choice, text=text)
        for choice, text in sorted(wanted)
    )
    return True
