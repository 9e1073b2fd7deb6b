"""The forms of quick replies: the source, its variants, and what is told while they are written."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.registry import kind_choices
from helpdesk.common.errors import HelpdeskError
from tickets.models import QuickReply, QuickReplyFolder, QuickReplyVariant, Scope
from tickets.policies.placeholders import check_placeholders
from tickets.selectors.library import writable_teams
from tickets.selectors.rule_choices import choices_of
from tickets.services.actors import Actor
from tickets.services.quick_replies import GivenReply, check_quick_reply

_FIELDS_OF_ERRORS = {"team_id": "team", "folder_id": "folder", "topic_ids": "topics", "quick_reply_id": "quick_reply"}
Option = tuple[str, Any]


def language_options(*present: str, any_language: Any) -> list[Option]:
    """Every language that we have a name for, and those that rows have already; "" is called ``any_language``."""
    return [("", any_language), *choices_of("languages", chosen=[code for code in present if code])]


def scope_options(user: Any, kind: str) -> list[Option]:
    """For whom somebody may write."""
    if user.has_perm(f"tickets.share_{kind}"):
        return list(Scope.choices)
    return [choice for choice in Scope.choices if choice[0] == Scope.PERSONAL]


def folder_options(folders: Iterable[QuickReplyFolder]) -> list[Option]:
    """Folders by their whole path: "Delivery / Late"."""
    by_id = {folder.pk: folder for folder in folders}

    def path(folder: QuickReplyFolder, depth: int = 0) -> str:
        above = by_id.get(folder.parent_id or 0)
        return f"{path(above, depth + 1)} / {folder.name}" if above is not None and depth < 10 else folder.name

    return sorted(((str(pk), path(folder)) for pk, folder in by_id.items()), key=lambda option: option[1].casefold())


def tell_form(form: forms.BaseForm, error: HelpdeskError) -> None:
    """A service's no, at the field it is about where the form has it."""
    name = next(iter(error.fields), "")
    field = _FIELDS_OF_ERRORS.get(name, name.partition(".")[0])
    form.add_error(field if field in form.fields else None, error.message)


class QuickReplyForm(forms.ModelForm):
    """``user`` is set by the admin on a class of its own for each request."""

    user: Any = None

    class Meta:
        model = QuickReply
        fields = ("title", "shortcut", "folder", "scope", "team", "language", "text", "topics", "is_active")
        widgets = {"text": forms.Textarea(attrs={"rows": 8, "dir": "auto", "class": "vLargeTextField hd-quick-source"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_choices(self, self.user, "quickreply")
        if "folder" in self.fields:
            folders = folder_options(QuickReplyFolder.objects.all()[:2000])
            self._options("folder", [("", gettext_lazy("none")), *folders])
        if "language" in self.fields:
            options = language_options(self.instance.language, any_language=gettext_lazy("right in any language"))
            self.fields["language"] = forms.ChoiceField(
                label=self.fields["language"].label, choices=options, required=False
            )

    def _options(self, name: str, options: list[Option]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            check_quick_reply(given=given_of(cleaned), actor=Actor.agent(self.user), quick_reply_id=self.instance.pk)
        except HelpdeskError as error:
            tell_form(self, error)
        return cleaned

    def validate_constraints(self) -> None:
        """The service has looked; the database's own words would say less."""


def limit_choices(form: forms.BaseForm, user: Any, kind: str) -> None:
    """Offer the scopes and teams that somebody may write for."""
    if "scope" in form.fields:
        scope = form.fields["scope"]
        assert isinstance(scope, forms.ChoiceField)
        scope.choices = scope_options(user, kind)
    if "team" in form.fields:
        team = form.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)
        team.queryset = writable_teams(user).order_by("name")
        team.help_text = _("Only where it is for a team.")


def given_of(cleaned: dict[str, Any], variants: Iterable[Any] = ()) -> GivenReply:
    """The form's values in the words of the service."""
    team, folder = cleaned.get("team"), cleaned.get("folder")
    return GivenReply(
        title=cleaned["title"],
        text=cleaned["text"],
        scope=cleaned["scope"],
        team_id=team.pk if team is not None else None,
        folder_id=folder.pk if folder is not None else None,
        shortcut=cleaned["shortcut"],
        language=cleaned["language"],
        topic_ids=[topic.pk for topic in cleaned["topics"]],
        is_active=cleaned["is_active"],
        variants=tuple(variants),
    )


class VariantForm(forms.ModelForm):
    class Meta:
        model = QuickReplyVariant
        fields = ("language", "channel_kind", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 6, "dir": "auto", "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.instance.language
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            choices=language_options(language, any_language=gettext_lazy("as the source")),
            required=False,
        )
        kinds = [("", gettext_lazy("every channel")), *kind_choices()]
        self.fields["channel_kind"] = forms.ChoiceField(label=_("Channel"), choices=kinds, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("DELETE") or "text" not in cleaned:
            return cleaned
        if not cleaned.get("language") and not cleaned.get("channel_kind"):
            self.add_error("language", _("A variant is for a language, for a kind of channel, or both."))
        try:
            check_placeholders(cleaned["text"])
        except HelpdeskError as error:
            self.add_error("text", error.message)
        return cleaned


class VariantsFormSet(BaseInlineFormSet):
    """One variant for each language and kind of channel."""

    def clean(self) -> None:
        super().clean()
        seen = set()
        for values in kept_variants(self):
            place = (values["language"], values["channel_kind"])
            if place in seen:
                raise ValidationError(_("There is one variant for each language and kind of channel."))
            seen.add(place)


def kept_variants(formset: Any) -> list[dict[str, Any]]:
    """The values of the rows that are filled in and not to be removed."""
    rows = [getattr(form, "cleaned_data", {}) for form in formset.forms]
    return [
        row for row in rows if row.get("text") and not row.get("DELETE") and "language" in row and "channel_kind" in row
    ]
