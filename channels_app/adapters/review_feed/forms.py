"""The settings of a channel for reviews out of a feed or a table."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.review_feed.settings import COLUMNS
from channels_app.forms import ChannelConfigForm

_LABELS = {
    "id": _("column for the review's id"),
    "author": _("column for the author"),
    "rating": _("column for the rating"),
    "title": _("column for the title"),
    "text": _("column for the text"),
    "url": _("column for the address"),
    "date": _("column for the date"),
    "edited": _("column for the last change"),
    "language": _("column for the language"),
    "reply": _("column for our answer"),
    "deleted": _("column that marks deleted reviews"),
    "order": _("column for an order number"),
}


class ReviewFeedConfigForm(ChannelConfigForm):
    """Where the reviews come from and how their table is laid out."""

    sections = (
        (_("Source"), ("feed_url", "site_url", "scale")),
        (_("Columns of a table (CSV)"), ("delimiter", *(f"column_{name}" for name in COLUMNS))),
    )

    feed_url = forms.URLField(
        label=_("feed"),
        required=False,
        assume_scheme="https",
        max_length=2000,
        help_text=_(
            "The address of an RSS or Atom feed (or of a CSV file) with the reviews; many sites show it behind “RSS” or in their "
            "business account under “Export”. Empty: reviews come in as files only."
        ),
    )
    site_url = forms.URLField(
        label=_("page at the site"),
        required=False,
        assume_scheme="https",
        max_length=1000,
        help_text=_("Where reviews are answered: feeds cannot be answered from here, agents are led to this page."),
    )
    scale = forms.IntegerField(
        label=_("best rating"),
        initial=5,
        min_value=1,
        max_value=1000,
        help_text=_(
            "5 for stars, 10 for points, 100 for per cent. An entry that names its own best rating is taken at its word."
        ),
    )
    delimiter = forms.ChoiceField(
        label=_("separator"),
        required=False,
        choices=[("", _("found by itself")), (",", ","), (";", ";"), ("\t", _("tabulator")), ("|", "|")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, usual in COLUMNS.items():
            words = _("Its heading in the table. Empty: %(usual)s.") % {"usual": ", ".join(usual[:4])}
            self.fields[f"column_{name}"] = forms.CharField(
                label=_LABELS[name], required=False, max_length=200, help_text=words
            )

    def clean_feed_url(self) -> str:
        url = str(self.cleaned_data["feed_url"])
        if url and not url.startswith(("https://", "http://")):
            raise ValidationError(_("Only http and https addresses are read."), code="invalid")
        return url

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"site_url": "https://reviews.example/acme", "scale": 5}, {}
