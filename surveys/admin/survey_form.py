"""The form of a survey: the scale in pictures, words per language, up to three further questions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.admin.further_form import (
    NUMBERS,
    WantedQuestion,
    add_fields,
    read_question,
    save_questions,
    stored_questions,
)
from surveys.models import Response, Survey, SurveyWording
from surveys.policies.scales import SCALES, Scale
from surveys.policies.texts import TEXTS
from surveys.policies.wordings import words_on

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ar": "العربية"}
_SHORTEST_LIFE = timedelta(hours=1)


class ScaleWidget(forms.RadioSelect):
    """One card a scale, with a picture of how it looks to the customer."""

    template_name = "surveys/scale_widget.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for _group, options, _index in context["widget"]["optgroups"]:
            for option in options:
                scale = option["scale"] = SCALES.get(str(option["value"]))
                if scale is not None:
                    option["attrs"]["data-scores"] = f"{scale.lowest},{scale.highest},{scale.low}"
        return context


class SurveyForm(forms.ModelForm):
    """The settings of one survey with its words and further questions; ``save_parts`` stores the latter two."""

    class Meta:
        model = Survey
        fields = (
            "name", "is_active", "scale", "low_at_most", "question", "thanks", "occasion", "delay", "only_in_business_hours",
            "expires_after", "remind_after", "change_window", "channels", "sample_percent", "quiet_period", "human_only",
        )  # fmt: skip
        widgets = {"scale": ScaleWidget, "channels": forms.CheckboxSelectMultiple}
        help_texts = {
            "question": gettext_lazy("For every language that has no words of its own below. Empty: ours."),
            "thanks": gettext_lazy("For every language that has no words of its own below. Empty: ours."),
            "expires_after": gettext_lazy("After this the link takes no answer."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {wording.language: wording for wording in self.instance.wordings.all()} if self.instance.pk else {}
        for code, language in LANGUAGES.items():
            ours = words_on(self.instance.values, TEXTS[code])
            for name, label in (("question", _("Question")), ("thanks", _("Thanks"))):
                attrs = {"placeholder": getattr(ours, name), "lang": code, "dir": "auto", "class": "vTextField"}
                self.fields[f"{name}_{code}"] = forms.CharField(
                    required=False,
                    max_length=300,
                    label=f"{label} ({language})",
                    widget=forms.TextInput(attrs=attrs),
                    initial=getattr(own.get(code), name, ""),
                )
        add_fields(self, self.instance, LANGUAGES)
        self.wanted: dict[int, WantedQuestion] = {}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        scale = SCALES.get(data.get("scale", ""))
        if scale is None:
            return data
        self._check_scale(data, scale)
        self._check_times(data)
        stored = stored_questions(self.instance)
        for number in NUMBERS:
            before = stored[number - 1] if number <= len(stored) else None
            wanted, errors = read_question(data, number, scale=scale, before=before)
            for name, error in errors.items():
                self.add_error(name, error)
            if wanted is not None:
                self.wanted[number] = wanted
        return data

    def _check_scale(self, data: dict[str, Any], scale: Scale) -> None:
        is_changed = self.instance.pk and "scale" in self.changed_data
        if is_changed and Response.objects.filter(invitation__survey=self.instance).exists():
            text = _(
                "Customers have voted on the old scale already. Switch this survey off and add a new one with the new scale, "
                "so that their votes keep their meaning."
            )
            self.add_error("scale", ValidationError(text))
        low = data.get("low_at_most")
        if low is not None and not scale.lowest <= low < scale.highest:
            ends = {"lowest": scale.lowest, "highest": scale.highest - 1}
            text = _(
                "On this scale a score can be low up to %(lowest)d to %(highest)d. Leave it empty for the usual one."
            )
            self.add_error("low_at_most", ValidationError(text % ends))

    def _check_times(self, data: dict[str, Any]) -> None:
        life, reminder = data.get("expires_after"), data.get("remind_after")
        if life is not None and life < _SHORTEST_LIFE:
            text = _("Give customers an hour at least; most answer within two days.")
            self.add_error("expires_after", ValidationError(text))
        if reminder is not None and life is not None and not timedelta(0) < reminder < life:
            text = _("Remind before the question expires: write less than “expires after”, or leave it empty.")
            self.add_error("remind_after", ValidationError(text))

    def save_parts(self) -> None:
        """Store the words and the further questions of the saved survey."""
        survey, data = self.instance, self.cleaned_data
        for code in LANGUAGES:
            words = {name: data[f"{name}_{code}"].strip() for name in ("question", "thanks")}
            if any(words.values()):
                SurveyWording.objects.update_or_create(survey=survey, language=code, defaults=words)
            else:
                SurveyWording.objects.filter(survey=survey, language=code).delete()
        # A survey that has been changed since it was read would show its old questions.
        getattr(survey, "_prefetched_objects_cache", {}).clear()
        save_questions(survey, self.wanted)
