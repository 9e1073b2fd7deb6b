"""The form of a bot: texts by language, and its questions a line each."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.forms import DurationField
from tickets.admin.rule_builder import ConditionsField
from tickets.models import Bot, HandoffRule
from tickets.policies.bot_questions import KINDS, check_questions

_PARTS = 4


class BotForm(forms.ModelForm):
    """``as_changes`` gives what services.bots.save_bot takes."""

    quiet_after = DurationField(
        required=False,
        label=gettext_lazy("The customer has gone after"),
        help_text=gettext_lazy("Such as “30 minutes”; empty: one hour."),
    )
    questions_text = forms.CharField(
        required=False,
        label=gettext_lazy("Questions"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "What a person will need, one question a line: name | kind | question | attribute of the customer. Kinds: text,"
            " order_number, number, email, phone, photo, document, location. A name that ends with “?” may be skipped. In another"
            " language, write the line again with the name and its code: order:de | order_number | Wie lautet Ihre Bestellnummer?"
        ),
    )

    class Meta:
        model = Bot
        fields = (
            "name", "is_active", "channels", "works", "answers_from_articles", "threshold", "uses_llm", "quiet_after", "resolves_quiet",
        )  # fmt: skip
        widgets = {"channels": forms.CheckboxSelectMultiple}
        help_texts = {
            "threshold": gettext_lazy(
                "0 to 1; empty: 0.4, which answers the right thing in 98 of 100 of our own trials."
            ),
            "is_active": gettext_lazy("Switched off, it gives its talks to people."),
            "uses_llm": gettext_lazy(
                "Only from the articles that were found, with the source named; needs the language model to be on."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, name in settings.LANGUAGES:
            for field, label in (("greeting", _("Greeting")), ("hours_message", _("While nobody is there"))):
                self.fields[f"{field}_{language}"] = forms.CharField(
                    required=False,
                    label=f"{label} ({name})",
                    widget=forms.Textarea(attrs={"rows": 2}),
                    initial=getattr(self.instance, field).get(language, ""),
                )
        self.fields["questions_text"].initial = _as_lines(self.instance.questions)

    def clean_questions_text(self) -> list[dict[str, Any]]:
        try:
            return check_questions(_from_lines(self.cleaned_data["questions_text"]))
        except InvalidInput as error:
            raise ValidationError(error.message) from error

    def as_changes(self) -> dict[str, Any]:
        """The settings without the channels."""
        data = self.cleaned_data
        changes = {name: data[name] for name in self.Meta.fields if name != "channels"}
        for field in ("greeting", "hours_message"):
            changes[field] = {code: data[f"{field}_{code}"] for code, _name in settings.LANGUAGES}
        return changes | {"questions": data["questions_text"]}


def _as_lines(questions: list[dict[str, Any]]) -> str:
    lines = []
    for one in questions:
        for place, (language, words) in enumerate(one["ask"].items()):
            name = one["key"] + ("" if one.get("is_needed", True) else "?")
            code = f":{language}" if place or language != "en" else ""
            parts = [name + code, one["kind"], words]
            lines.append(" | ".join([*parts, one["attribute"]] if one.get("attribute") else parts))
    return "\n".join(lines)


def _from_lines(text: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for line in filter(str.strip, text.splitlines()):
        parts = [part.strip() for part in line.split("|", _PARTS - 1)]
        if len(parts) < _PARTS - 1 or parts[1] not in KINDS:
            raise ValidationError(_("“%(line)s” is not written as name | kind | question.") % {"line": line[:80]})
        name, _colon, language = parts[0].partition(":")
        key = name.rstrip("?").strip()
        entry = found.setdefault(
            key, {"key": key, "kind": parts[1], "ask": {}, "is_needed": not name.endswith("?"), "attribute": ""}
        )
        entry["ask"][language.strip() or "en"] = parts[2]
        if len(parts) == _PARTS:
            entry["attribute"] = parts[3]
    return list(found.values())


class HandoffRuleForm(forms.ModelForm):
    """Conditions count for the kind of that name alone."""

    conditions = ConditionsField(required=False)

    class Meta:
        model = HandoffRule
        fields = ("kind", "is_active", "number", "team", "conditions", "position")
