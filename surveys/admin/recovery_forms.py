"""The forms of a recovery case's page: one for each thing that can be done."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.common.forms import DateTimeInput
from surveys.models import Incentive, RecoveryCase, RootCause
from tickets.admin.choices import assignable_agents
from tickets.policies.placeholders import placeholders_in

LONGEST_TEXT = 10_000
LONGEST_REASON = 1000


def _text(
    label: Any, *, rows: int, required: bool = True, most: int = LONGEST_TEXT, help_text: Any = ""
) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows, "dir": "auto"})
    return forms.CharField(label=label, widget=area, required=required, max_length=most, help_text=help_text)


class PageForm(forms.Form):
    """``key`` tells the fields of one form on the page from those of another; ids and errors hang on it.

    ``filled_later``: the placeholder that is to stay in the text, since its value is known only when it is sent.
    """

    filled_later: ClassVar[str] = ""

    def __init__(self, data: Any = None, *, key: str, initial: Any = None) -> None:
        super().__init__(data, auto_id=f"hd-{key}-%s", label_suffix="", initial=initial)
        self.key = key
        for name, field in self.fields.items():
            # What a browser knows of a field, it says at once; what a service says of it stands below.
            field.widget.attrs.setdefault("aria-describedby", f"hd-{key}-{name}-more")

    @property
    def open_places(self) -> list[str]:
        """The names of placeholders that stand in the text without a value, in their order."""
        names = dict.fromkeys(place.name for place in placeholders_in(str(self["text"].value() or "")))
        return [name for name in names if name != self.filled_later]


class NoFieldsForm(PageForm):
    """A button alone."""


class PeopleForm(PageForm):
    """A form with an ``owner``. ``people`` are those to choose from; a page with many such forms reads them once."""

    def __init__(self, *args: Any, people: Sequence[tuple[Any, Any]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = assignable_agents() if people is None else people  # type: ignore[attr-defined]


class OwnerForm(PeopleForm):
    owner = forms.ChoiceField(label=_("Owner"))


class CauseForm(PageForm):
    root_cause = forms.ModelChoiceField(
        label=_("Root cause"), queryset=RootCause.objects.all(), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was at the bottom of it.")},
    )  # fmt: skip
    customer_words = _text(
        _("In the customer's own words"), rows=3, required=False,
        help_text=_("Word for word, not as we would put it."),
    )  # fmt: skip
    analysis = _text(
        _("What happened"), rows=4, required=False,
        help_text=_("For colleagues: what went wrong, and why it could."),
    )  # fmt: skip


class ActionForm(PeopleForm):
    title = forms.CharField(label=_("What is done"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    owner = forms.ChoiceField(label=_("Who"))
    due_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class MessageForm(PageForm):
    """A text to the customer."""

    text = _text(_("Text to the customer"), rows=9)


class FinishForm(PageForm):
    result = _text(
        _("What came of it"), rows=2, most=2000, help_text=_("The customer is told in your words, in the next step.")
    )


class OfferForm(PageForm):
    filled_later = "recovery.incentive"
    incentive = forms.ModelChoiceField(
        label=_("What the customer gets"), queryset=Incentive.objects.filter(is_active=True), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the customer gets.")},
    )  # fmt: skip
    text = _text(_("Text to the customer"), rows=7)


class AskAgainForm(PageForm):
    at = forms.DateTimeField(
        label=_("When"), required=False, widget=DateTimeInput,
        help_text=_("Empty: when the settings say, after the correction."),
    )  # fmt: skip


class CloseForm(PageForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=RecoveryCase.Outcome.choices, widget=forms.RadioSelect)
    note = _text(
        _("Closing note"),
        rows=3,
        most=4000,
        help_text=_("What we learnt, for whoever reads this later."),
    )


class ReasonForm(PageForm):
    reason = _text(_("Reason"), rows=2, most=LONGEST_REASON)


class PublicReplyForm(PageForm):
    text = _text(_("Everybody reads"), rows=5, most=4000)


class PrivateForm(PublicReplyForm):
    private_text = _text(_("The customer alone reads"), rows=4, required=False, most=4000)
    channel = forms.ChoiceField(label=_("Go on"), required=False)

    def __init__(self, *args: Any, channels: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way = [("", _("where the customer follows the link"))]
        self.fields["channel"].choices = [*way, *channels]  # type: ignore[attr-defined]
