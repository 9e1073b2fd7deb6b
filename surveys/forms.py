"""What the customer's page sends."""

from django import forms

from helpdesk.common.text import clean_text
from surveys.policies.texts import SurveyTexts
from surveys.policies.votes import LONGEST_COMMENT, read_score


class VoteForm(forms.Form):
    """A score as plain digits and a comment; errors are in the customer's words."""

    score = forms.CharField(required=False)
    comment = forms.CharField(required=False, strip=True)

    def __init__(self, *args: object, texts: SurveyTexts, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.texts = texts
        # Control characters are cleaned away below instead of being held against the customer.
        self.fields["comment"].validators = []
        self.fields["score"].validators = []

    def clean_score(self) -> int:
        score = read_score(self.cleaned_data["score"])
        if score is None:
            raise forms.ValidationError(self.texts.score_missing)
        return score

    def clean_comment(self) -> str:
        comment = clean_text(self.cleaned_data["comment"])
        if len(comment) > LONGEST_COMMENT:
            raise forms.ValidationError(self.texts.comment_too_long)
        return comment
