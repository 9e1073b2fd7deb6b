"""The forms of causes and of what is done about causes, topics and agents."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.admin.recovery_forms import LONGEST_TEXT, ActionForm, PageForm
from surveys.models import RootCause
from surveys.selectors.cause_pages import cause_choices
from tickets.admin.choices import assignable_agents
from tickets.selectors.topics import topic_choices


class CauseForm(PageForm):
    """A cause and its place in the tree."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    parent = forms.ChoiceField(
        label=gettext_lazy("Part of"),
        required=False,
        help_text=gettext_lazy("Empty: it stands at the top of the tree."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=RootCause.Kind.choices,
        help_text=gettext_lazy("Counts at the top alone: below, a cause is of the kind of what stands above it."),
    )  # fmt: skip
    is_systemic = forms.BooleanField(
        label=gettext_lazy("Systemic"), required=False,
        help_text=gettext_lazy("It will happen again to others until somebody mends it."),
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )  # fmt: skip
    position = forms.IntegerField(
        label=gettext_lazy("Position"), min_value=0, max_value=30_000, required=False,
        help_text=gettext_lazy("Smaller numbers stand first."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=gettext_lazy("In use"), required=False,
        help_text=gettext_lazy("Without the tick nobody is offered it; cases that have it keep it."),
    )  # fmt: skip

    def __init__(self, *args: Any, besides: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(pk, path) for pk, path in cause_choices() if pk != besides]
        kept = str(self.initial.get("parent") or "")
        if kept and kept not in dict(places):
            places.append((kept, str(RootCause.objects.get(pk=kept))))
        self.fields["parent"].choices = [("", _("nothing: at the top")), *places]  # type: ignore[attr-defined]


class DetailForm(ActionForm):
    """An action that takes more than one line to say."""

    text = forms.CharField(
        label=gettext_lazy("In detail"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )  # fmt: skip


class ImprovementForm(DetailForm):
    """The same about one of several things: what it can be about depends on who asks."""

    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False)
    agent = forms.ChoiceField(
        label=gettext_lazy("Agent"), required=False,
        help_text=gettext_lazy("Makes it a coaching note, which he, its owner and leads read and nobody else."),
    )  # fmt: skip
    root_cause = forms.ChoiceField(label=gettext_lazy("Root cause"), required=False)
    field_order = ("topic", "agent", "root_cause", "title", "text", "owner", "due_on")

    def __init__(self, *args: Any, may_coach: bool, may_mend: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = {"topic": [(str(pk), path) for pk, path in topic_choices()]}
        offered["agent"] = assignable_agents() if may_coach else None
        offered["root_cause"] = cause_choices() if may_mend else None
        for name, choices in offered.items():
            if choices is None:
                del self.fields[name]
            else:
                self.fields[name].choices = [("", "–"), *choices]  # type: ignore[attr-defined]

    def about(self) -> dict[str, int]:
        """What was chosen, as the service names it."""
        names = ("topic", "agent", "root_cause")
        return {f"{name}_id": int(self.cleaned_data[name]) for name in names if self.cleaned_data.get(name)}


class ResultForm(PageForm):
    """What came of an action."""

    result = forms.CharField(
        label=gettext_lazy("What came of it"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )  # fmt: skip
