"""The question in the customer's language and on its scale: the team's own words, else ours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from surveys.policies.scales import THUMBS, Scale
from surveys.policies.texts import SurveyTexts


class Wording(Protocol):
    """What is read of a SurveyWording."""

    language: Any
    question: Any
    thanks: Any


class Worded(Protocol):
    """What is read of a Survey; ``wordings`` costs one query unless it was fetched before."""

    question: Any
    thanks: Any

    @property
    def values(self) -> Scale: ...
    @property
    def wordings(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class SurveyWords:
    """Everything about the first question that depends on the scale. ``subject`` is the mail's."""

    question: str
    thanks: str
    subject: str
    lowest: str
    highest: str
    score_missing: str


def words_of(survey: Worded, texts: SurveyTexts) -> SurveyWords:
    """The survey in the language of ``texts``: its wording there, else its own words, else ours for its scale."""
    own = _own(survey.wordings.all(), texts.language)
    ours = words_on(survey.values, texts)
    return SurveyWords(
        question=(own.question if own else "") or survey.question or ours.question,
        thanks=(own.thanks if own else "") or survey.thanks or ours.thanks,
        subject=ours.subject,
        lowest=ours.lowest,
        highest=ours.highest,
        score_missing=ours.score_missing,
    )


def words_on(scale: Scale, texts: SurveyTexts) -> SurveyWords:
    """Ours for a scale, in the language of ``texts``."""
    if scale.key == THUMBS:
        return SurveyWords(
            question=texts.thumbs_question,
            thanks=texts.thanks,
            subject=texts.mail_subject_thumbs,
            lowest=texts.thumbs_down,
            highest=texts.thumbs_up,
            score_missing=texts.thumbs_missing,
        )
    return SurveyWords(
        question=texts.question if scale.is_satisfaction else texts.recommend_question,
        thanks=texts.thanks,
        subject=_with_ends(texts.mail_subject, scale),
        lowest=texts.lowest if scale.is_satisfaction else texts.recommend_lowest,
        highest=texts.highest if scale.is_satisfaction else texts.recommend_highest,
        score_missing=_with_ends(texts.score_missing, scale),
    )


def answer_in_words(score: int, scale: Scale, texts: SurveyTexts) -> str:
    """What the customer answered, said back to him: "Your answer: 9 of 10", "Your answer: Yes, good"."""
    if scale.key == THUMBS:
        return texts.your_answer_in_words.replace("{answer}", texts.thumbs_up if score else texts.thumbs_down)
    return texts.your_answer.replace("{score}", str(score)).replace("{highest}", str(scale.highest))


def _with_ends(sentence: str, scale: Scale) -> str:
    return sentence.replace("{lowest}", str(scale.lowest)).replace("{highest}", str(scale.highest))


def _own(wordings: Iterable[Wording], language: str) -> Wording | None:
    return next((wording for wording in wordings if str(wording.language).partition("-")[0] == language), None)
