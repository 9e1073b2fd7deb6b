"""The form of a channel: what every channel has, and the typed settings of its kind."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.forms import ChannelConfigForm
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.crypto import SecretUnreadable

PREFIX = "config"
CLEAR_PREFIX = "clear"


def stored_secrets(channel: Channel | None) -> dict[str, Any]:
    """The secrets of the channel; none where their key is gone, so that they can be entered anew."""
    if channel is None or not channel.pk:
        return {}
    try:
        return channel.read_secrets()
    except SecretUnreadable:
        return {}


def own_fields(form: type[ChannelConfigForm]) -> dict[str, forms.Field]:
    """The fields of a kind's form, those that it makes up when it is built included."""
    return form().fields


class ChannelForm(forms.ModelForm):
    """The common settings with the kind's own form inside.

    Secrets are write-only: a stored one is never part of the page, an empty field keeps it, a ticked box forgets it.
    What was typed into a secret field is not sent back either when something else in the form is wrong.
    """

    config_class: ClassVar[type[ChannelConfigForm]]
    config_form: ChannelConfigForm

    class Meta:
        model = Channel
        fields = (
            "name", "slug", "brand", "is_public", "coverage", "position", "poll_every_seconds", "reopen_window",
            "session_gap", "messaging_window", "resend_unknown",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secrets_before = stored_secrets(self.instance)
        self.config_form = self.config_class(
            self.data if self.is_bound else None,
            prefix=PREFIX,
            stored_config=self.instance.config if self.instance.pk else {},
            stored_secrets=self.secrets_before,
        )
        for name, field in self.config_form.fields.items():
            field.label = capfirst(str(field.label or name))
            if name in self.config_form.secret_names:
                field.widget.format_value = lambda value: ""
            elif isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[f"{PREFIX}-{name}"] = field
            self.initial[f"{PREFIX}-{name}"] = self.config_form.get_initial_for_field(field, name)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        # The kind's form judges its fields itself, across fields too; what the outer form said of them is said again there.
        for name in self.config_form.fields:
            self.errors.pop(f"{PREFIX}-{name}", None)
        if not self.config_form.is_valid():
            for name, errors in self.config_form.errors.as_data().items():
                key = f"{PREFIX}-{name}"
                self.add_error(key if key in self.fields else None, errors)
        for name in self.secrets_to_forget():
            if own_fields(self.config_class)[name].required:
                self.add_error(f"{PREFIX}-{name}", _("A channel of this kind cannot do without it."))
        return values

    def secrets_to_forget(self) -> list[str]:
        """The secrets whose box is ticked and that nothing new was entered for."""
        entered = getattr(self.config_form, "cleaned_data", {})
        ticked = [name for name in self.config_class.secret_names if self.cleaned_data.get(f"{CLEAR_PREFIX}-{name}")]
        return [name for name in ticked if not entered.get(name)]

    def apply_config(self, channel: Channel) -> dict[str, Any]:
        """Put settings and secrets on the unsaved row; returns the secrets that were made up because none were entered."""
        channel.config = self.config_form.config()
        secrets = self.config_form.secrets(self.secrets_before)
        for name in self.secrets_to_forget():
            secrets.pop(name, None)
        made = {} if channel.pk or secrets else self.config_form.initial_secrets()
        channel.store_secrets(secrets or made)
        return made


def config_fieldsets(kind: str, names_set: Sequence[str]) -> list[tuple[Any, dict[str, Any]]]:
    """The kind's own fields as the admin wants them, in the sections that its form declares.

    A stored secret has the box that forgets it beside its field.
    """
    form = adapter_class(kind).config_form
    named = {name for _title, names in form.sections for name in names}
    rest = tuple(name for name in own_fields(form) if name not in named)
    sections = [*form.sections, (gettext_lazy("Connection"), rest)]

    def row(name: str) -> str | tuple[str, str]:
        return (f"{PREFIX}-{name}", f"{CLEAR_PREFIX}-{name}") if name in names_set else f"{PREFIX}-{name}"

    return [
        (title, {"fields": [row(name) for name in names], "description": _description(form, names)})
        for title, names in sections
        if names
    ]


def _description(form: type[ChannelConfigForm], names: Sequence[str]) -> str:
    if not set(names) & set(form.secret_names):
        return ""
    return _("Passwords and secrets are stored encrypted and never shown again.")


def channel_form_class(kind: str, names_set: Sequence[str]) -> type[ChannelForm]:
    """The form class for a kind. The admin wants every field declared on the class, so they are."""
    config_class = adapter_class(kind).config_form
    fields: dict[str, Any] = {f"{PREFIX}-{name}": field for name, field in own_fields(config_class).items()}
    for name in names_set:
        label = gettext_lazy("Forget the stored one")
        fields[f"{CLEAR_PREFIX}-{name}"] = forms.BooleanField(label=label, required=False)
    return type("ChannelFormOfKind", (ChannelForm,), {**fields, "config_class": config_class})
