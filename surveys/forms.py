"""What the customer's page sends."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from helpdesk.common.text import clean_text
from surveys.models import SurveyQuestion
from surveys.policies.questions import TEXT, Answers
from surveys.policies.scales import Scale
from surveys.policies.texts import SurveyTexts
from surveys.policies.votes import LONGEST_COMMENT, read_score
from surveys.policies.wordings import SurveyWords


class VoteForm(forms.Form):
    """A score as plain digits and a comment; errors are in the customer's words."""

    score = forms.CharField(required=False)
    comment = forms.CharField(required=False, strip=True)

    def __init__(self, *args: object, texts: SurveyTexts, words: SurveyWords, scale: Scale, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.texts, self.words, self.scale = texts, words, scale
        # Control characters are cleaned away below instead of being held against the customer.
        self.fields["comment"].validators = []
        self.fields["score"].validators = []

    def clean_score(self) -> int:
        score = read_score(self.cleaned_data["score"], self.scale)
        if score is None:
            raise forms.ValidationError(self.words.score_missing)
        return score

    def clean_comment(self) -> str:
        comment = clean_text(self.cleaned_data["comment"])
        if len(comment) > LONGEST_COMMENT:
            raise forms.ValidationError(self.texts.comment_too_long)
        return comment


def field_name(question: SurveyQuestion) -> str:
    """What the field of a further question is called on the page."""
    return f"q{question.pk}"


def sent_answers(data: QueryDict, questions: Sequence[SurveyQuestion]) -> Answers:
    """The answers to ``questions`` as the page sends them; nothing chosen takes an earlier answer back.

    A choice that does not exist (the team changed the question meanwhile) is left out; a text is cut at its limit.
    """
    answers: dict[int, Sequence[str] | str] = {}
    for question in questions:
        sent = data.getlist(field_name(question))
        if question.kind == TEXT:
            answers[question.pk] = clean_text(" ".join(sent)).strip()[:LONGEST_COMMENT]
        else:
            known = {str(choice["key"]) for choice in question.choices}
            answers[question.pk] = [key for key in sent if key in known]
    return answers
