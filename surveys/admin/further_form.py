"""The fields of the further questions inside the form of a survey, and what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.models import Survey, SurveyQuestion
from surveys.policies.question_lines import (
    LEAST_CHOICES,
    LONGEST_LABEL,
    MOST_CHOICES,
    as_lines,
    read_lines,
    read_translation,
    translation_lines,
)
from surveys.policies.questions import CHOICE, MOST_QUESTIONS, PRESET_CHOICES, TEXT, asked_ever
from surveys.policies.scales import Scale
from surveys.policies.texts import TEXTS, texts_for

NUMBERS = range(1, MOST_QUESTIONS + 1)
# Questions that somebody has answered stay behind for the figures, on places that no form shows.
FIRST_PLACE_OF_OLD = 10


@dataclass(frozen=True, kw_only=True)
class WantedQuestion:
    """One further question as the form has it."""

    kind: str
    text: str
    choices: list[dict[str, str]] = field(default_factory=list)
    wordings: dict[str, Any] = field(default_factory=dict)
    lowest_score: int
    highest_score: int


def stored_questions(survey: Survey) -> list[SurveyQuestion]:
    """The questions that are asked, in their order."""
    return [question for question in survey.questions.all() if asked_ever(question)] if survey.pk else []


def add_fields(form: forms.Form | forms.ModelForm, survey: Survey, languages: Mapping[str, str]) -> None:
    """The fields of up to three questions, filled with what is stored."""
    stored = stored_questions(survey)
    texts, scale = texts_for(get_language() or "en"), survey.values
    for number in NUMBERS:
        question = stored[number - 1] if number <= len(stored) else None
        kinds = [("", _("not asked")), (CHOICE, _("choices")), (TEXT, _("own words"))]
        fields: dict[str, forms.Field] = {
            "kind": forms.ChoiceField(choices=kinds, required=False, label=_("Answered by")),
            "from": forms.IntegerField(required=False, label=_("From score"), initial=scale.lowest),
            "to": forms.IntegerField(required=False, label=_("To score"), initial=scale.low),
            "text": forms.CharField(
                required=False,
                max_length=300,
                label=_("Question"),
                help_text=_("Empty: ours, in the customer's language."),
                widget=forms.TextInput(attrs={"class": "vTextField"}),
            ),
            "choices": forms.CharField(
                required=False,
                label=_("Choices"),
                widget=forms.Textarea(attrs={"rows": 5}),
                initial=as_lines([{"key": key} for key in PRESET_CHOICES], texts),
                help_text=_(
                    "One a line. Speed, Ease, Knowledge, Friendliness and The product speak every language of ours."
                ),
            ),
        }
        for name, made in fields.items():
            form.fields[f"further_{number}_{name}"] = made
        for code, language in languages.items():
            form.fields[f"further_{number}_words_{code}"] = forms.CharField(
                required=False,
                label=language,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code, "dir": "auto"}),
            )
        if question is not None:
            _fill(form, number, question)


def _fill(form: forms.Form | forms.ModelForm, number: int, question: SurveyQuestion) -> None:
    texts = texts_for(get_language() or "en")
    values = {
        "kind": question.kind,
        "from": question.lowest_score,
        "to": question.highest_score,
        "text": question.text,
        "choices": as_lines(question.choices, texts),
    } | {f"words_{code}": translation_lines(question.wordings.get(code) or {}, question.choices) for code in TEXTS}
    for name, value in values.items():
        form.fields[f"further_{number}_{name}"].initial = value


def read_question(
    data: Mapping[str, Any], number: int, *, scale: Scale, before: SurveyQuestion | None
) -> tuple[WantedQuestion | None, dict[str, ValidationError]]:
    """One question of the form and what is wrong with it by field; None where none is asked."""

    def value(name: str) -> Any:
        return data.get(f"further_{number}_{name}")

    kind = value("kind")
    if kind not in (CHOICE, TEXT):
        return None, {}
    lowest = scale.lowest if value("from") is None else int(value("from"))
    highest = scale.low if value("to") is None else int(value("to"))
    choices = read_lines(value("choices") or "", before=before.choices if before else ()) if kind == CHOICE else []
    wordings = {code: read_translation(value(f"words_{code}") or "", choices) for code in TEXTS}
    wanted = WantedQuestion(
        kind=kind,
        text=(value("text") or "").strip(),
        choices=choices,
        wordings={code: wording for code, wording in wordings.items() if wording},
        lowest_score=lowest,
        highest_score=highest,
    )
    errors = {f"further_{number}_{name}": ValidationError(text) for name, text in _faults(wanted, scale).items()}
    return wanted, errors


def _faults(wanted: WantedQuestion, scale: Scale) -> dict[str, str]:
    faults: dict[str, str] = {}
    ends = {"lowest": scale.lowest, "highest": scale.highest}
    if wanted.lowest_score not in scale.scores:
        faults["from"] = _("Write a score from %(lowest)d to %(highest)d: that is the scale above.") % ends
    if wanted.highest_score not in scale.scores:
        faults["to"] = _("Write a score from %(lowest)d to %(highest)d: that is the scale above.") % ends
    elif wanted.highest_score < wanted.lowest_score:
        faults["to"] = _("Write the higher score here and the lower one under “From score”.")
    if wanted.kind == CHOICE and not LEAST_CHOICES <= len(wanted.choices) <= MOST_CHOICES:
        limits = {"least": LEAST_CHOICES, "most": MOST_CHOICES}
        faults["choices"] = _("Write %(least)d to %(most)d choices, one a line.") % limits
    elif any(len(choice["label"]) > LONGEST_LABEL for choice in wanted.choices):
        faults["choices"] = _("Keep each choice under %(most)d characters, so that it fits a button.") % {
            "most": LONGEST_LABEL
        }
    return faults


@transaction.atomic
def save_questions(survey: Survey, wanted: Mapping[int, WantedQuestion]) -> None:
    """Bring the stored questions in line; ``wanted``: number in the form -> question.

    One that was answered and is no longer asked, or is now answered in another way, is put aside for the figures.
    """
    stored = dict(enumerate(stored_questions(survey), start=1))
    for number, question in list(stored.items()):
        if number not in wanted or wanted[number].kind != question.kind:
            _put_aside(survey, stored.pop(number))
    # In the order of the form, so that no place is taken twice: nobody moves up behind who stood before him.
    for position, (number, new) in enumerate(sorted(wanted.items()), start=1):
        question = stored.get(number) or SurveyQuestion(survey=survey)
        question.position = position
        for name, value in vars(new).items():
            setattr(question, name, value)
        question.save()


def _put_aside(survey: Survey, question: SurveyQuestion) -> None:
    if not question.answers.exists():
        question.delete()
        return
    taken = survey.questions.order_by("-position").values_list("position", flat=True).first() or 0
    question.position = max(FIRST_PLACE_OF_OLD, taken + 1)
    # Fits no score, and so is never asked again.
    question.lowest_score, question.highest_score = 1, 0
    question.save(update_fields=["position", "lowest_score", "highest_score"])
