"""The form of a topic: its place in the tree, its words by language, and what a ticket gets with it."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from channels_app.registry import kinds
from helpdesk.common.errors import InvalidInput
from tickets.admin.channel_kinds import kind_label
from tickets.models import Topic
from tickets.selectors.topics import topic_tree
from tickets.services.topics import clean_topic

PREFIX = "words_"
ANY = "any"
OTHER = "other"
LONGEST_WORDS = 60_000
_BETWEEN = re.compile(r"[\n,;、，]+")
_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?", re.IGNORECASE)


def language_fields(topic: Topic | None) -> list[str]:
    """The languages that have a field: those of the product, and those that the topic has words in."""
    given = sorted(code for code in (topic.keywords if topic else {}) if code)
    return list(dict.fromkeys([code for code, _label in settings.LANGUAGES] + given))


def field_names(topic: Topic | None) -> list[str]:
    """The names of the fields of words, in their order."""
    return [f"{PREFIX}{name}" for name in (ANY, *language_fields(topic), OTHER)]


def language_name(code: str) -> str:
    """A language by its name where Django knows it, else by its code."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _words_field(label: str, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 2, "dir": "auto", "spellcheck": "false"})
    return forms.CharField(
        label=capfirst(label), required=False, max_length=LONGEST_WORDS, widget=area, help_text=help_text
    )


class TopicForm(forms.ModelForm):
    """Fields of words are added by ``topic_form_class``; what they hold is put together in ``clean``."""

    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Only on"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Where its words count. None ticked: on every channel."),
    )
    other_language = forms.CharField(
        label=gettext_lazy("Code of another language"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Such as “th” or “km”. Its words go into the field below."),
    )

    class Meta:
        model = Topic
        fields = (
            "name", "parent", "position", "is_active", "channels", "default_team", "default_priority", "is_sensitive",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].choices = [(kind, kind_label(kind)) for kind in kinds()]  # type: ignore[attr-defined]
        self._offer_parents()
        for language, words in (self.instance.keywords or {}).items():
            self.initial[f"{PREFIX}{language or ANY}"] = ", ".join(words)

    def _offer_parents(self) -> None:
        """The tree by paths, without the topic itself and what is part of it."""
        own = self.instance.pk
        offered = [place for place in topic_tree() if own is None or own not in (place.topic.pk, *place.parents)]
        field = self.fields["parent"]
        field.choices = [("", _("Nothing: it stands at the top")), *((place.topic.pk, place.path) for place in offered)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keywords: dict[str, list[str]] = {}
        for name, text in cleaned.items():
            if name.startswith(PREFIX) and text:
                code = name.removeprefix(PREFIX)
                language = {ANY: "", OTHER: cleaned.get("other_language", "").strip().lower()}.get(code, code)
                if code == OTHER and not _CODE.fullmatch(language):
                    raise ValidationError({"other_language": _("Write the code of the language, such as “th”.")})
                keywords.setdefault(language, []).extend(_BETWEEN.split(text))
        self.instance.keywords = keywords
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            clean_topic(self.instance)
        except InvalidInput as error:
            for name, text in error.fields.items():
                self.add_error(name if name in self.fields else None, text)


def topic_form_class(topic: Topic | None) -> type[TopicForm]:
    """The form with one field of words for each language."""
    help_any = _(
        "Words and phrases, with commas between them; capitals and accents do not matter. “deliver*” stands for every word"
        " that begins so, “subject: invoice” counts in the subject alone."
    )
    words: dict[str, Any] = {f"{PREFIX}{ANY}": _words_field(_("in every language"), help_any)}
    words |= {f"{PREFIX}{code}": _words_field(language_name(code)) for code in language_fields(topic)}
    words[f"{PREFIX}{OTHER}"] = _words_field(_("its words"))
    return type("TopicFormWithWords", (TopicForm,), words)
