"""The further questions: who is asked which, in what words, and what counts as an answer. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import clean_text
from surveys.policies.texts import SurveyTexts, texts_for
from surveys.policies.votes import LONGEST_COMMENT

MOST_QUESTIONS = 3
# The choices that every team starts with; each has its word in every language of ours.
PRESET_CHOICES = ("speed", "ease", "knowledge", "friendliness", "product")
CHOICE, TEXT = "choice", "text"

# A further answer as it comes in: the keys of the choices, or the customer's words.
Answers = Mapping[int, Sequence[str] | str]


class Question(Protocol):
    """What is read of a SurveyQuestion."""

    kind: Any
    text: Any
    choices: Any
    wordings: Any
    lowest_score: Any
    highest_score: Any
    position: Any

    @property
    def pk(self) -> Any: ...


AnyQuestion = TypeVar("AnyQuestion", bound=Question)


class Questioning(Protocol):
    """What is read of a Survey; ``questions`` costs one query unless it was fetched before."""

    @property
    def questions(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """A valid answer to one question: chosen keys in the order of the question, or words; both empty: taken back."""

    question_id: int
    choices: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.choices and not self.text


def questions_for(survey: Questioning, score: int) -> list[Any]:
    """What is asked after this score, in order; at most three."""
    return asked_after(survey.questions.all(), score)


def asked_after(questions: Iterable[AnyQuestion], score: int) -> list[AnyQuestion]:
    """Those of ``questions`` that are put to who gave this score, in order; at most three."""
    fitting = [question for question in questions if question.lowest_score <= score <= question.highest_score]
    return sorted(fitting, key=lambda question: question.position)[:MOST_QUESTIONS]


def asked_ever(question: Question) -> bool:
    """Whether any score leads to the question; one that was put aside fits none."""
    return bool(question.lowest_score <= question.highest_score)


def question_words(question: Question, language: str) -> tuple[str, list[tuple[str, str]]]:
    """The question and its choices as (key, label), in ``language``: worded there, else as written, else ours."""
    texts = texts_for(language)
    worded = question.wordings.get(texts.language) or {}
    labels = worded.get("choices") or {}
    ours = texts.reasons_question if question.kind == CHOICE else texts.text_question
    choices = [
        (str(choice["key"]), labels.get(choice["key"]) or choice.get("label") or preset_label(choice["key"], texts))
        for choice in question.choices
    ]
    return worded.get("text") or question.text or ours, choices if question.kind == CHOICE else []


def preset_label(key: str, texts: SurveyTexts) -> str:
    """Our word for a preset choice; the key itself for any other."""
    return str(getattr(texts, f"reason_{key}")) if key in PRESET_CHOICES else key


def read_answers(questions: Sequence[Question], answers: Answers) -> list[GivenAnswer]:
    """The answers in the order of ``questions``, which are those that may be answered. Raises InvalidInput otherwise."""
    by_id = {question.pk: question for question in questions}
    strangers = [str(key) for key in answers if key not in by_id]
    if strangers:
        raise InvalidInput(
            "question_not_asked",
            _("This question is not asked after that score."),
            fields=dict.fromkeys(strangers, "unknown"),
        )
    return [_read_answer(by_id[key], answers[key]) for key in by_id if key in answers]


def _read_answer(question: Question, answer: Sequence[str] | str) -> GivenAnswer:
    if question.kind == TEXT:
        text = clean_text(answer if isinstance(answer, str) else " ".join(answer)).strip()
        if len(text) > LONGEST_COMMENT:
            raise InvalidInput("answer_too_long", _("The answer is too long."), fields={str(question.pk): "length"})
        return GivenAnswer(question_id=question.pk, text=text)
    chosen = {answer} if isinstance(answer, str) and answer else set(answer)
    known = [str(choice["key"]) for choice in question.choices]
    if not chosen <= set(known):
        raise InvalidInput("unknown_choice", _("This is none of the choices."), fields={str(question.pk): "choice"})
    return GivenAnswer(question_id=question.pk, choices=tuple(key for key in known if key in chosen))
