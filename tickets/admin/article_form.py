"""The forms of the article editor: the text in one language, and what the article is beside its texts."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from tickets.admin.topic_form import language_name
from tickets.models import Article, ArticleTranslation, Topic
from tickets.selectors.topics import topic_choices
from tickets.services.articles import LONGEST_BODY

_BETWEEN = re.compile(r"[\n,;、،]+")
# What customers of small shops speak, beside the languages of the product; others by their code in the address.
OFFERED = ("km", "zh", "ja", "th", "it", "nl", "pl", "pt", "ru", "tr", "uk", "vi")


class ArticleTextForm(forms.Form):
    """One language's working text. ``change_article`` and ``save_article`` check the rest."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 18, "dir": "auto"}),
        help_text=gettext_lazy(
            "A blank line begins a paragraph, “# ” a heading, “- ” a point, “1. ” a step. **bold**, [words](https://address)."
        ),
    )
    keywords = forms.CharField(
        label=gettext_lazy("Other words for it"),
        required=False,
        max_length=6000,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("What customers call it, with commas between. The search and the bot look at them."),
    )
    slug = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "auto", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The end of the page's address; empty: made of the title. Earlier ones lead here for ever."
        ),
    )

    @property
    def words(self) -> list[str]:
        """The keywords, apart."""
        return [word.strip() for word in _BETWEEN.split(self.cleaned_data["keywords"]) if word.strip()]


class ArticleSettingsForm(forms.Form):
    """What is the same in every language."""

    topic = forms.ModelChoiceField(
        Topic.objects.all(), label=gettext_lazy("Topic"), required=False, empty_label=gettext_lazy("none")
    )
    position = forms.IntegerField(
        label=gettext_lazy("Position"), min_value=0, max_value=1_000_000, help_text=gettext_lazy("Small numbers first.")
    )
    is_listed = forms.BooleanField(
        label=gettext_lazy("On the help pages"),
        required=False,
        help_text=gettext_lazy("Off: found by the bot and by its link alone."),
    )
    is_archived = forms.BooleanField(
        label=gettext_lazy("Archived"), required=False, help_text=gettext_lazy("Shown nowhere, answers nothing.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", gettext_lazy("none")), *topic_choices()]  # type: ignore[attr-defined]

    @property
    def changes(self) -> dict[str, Any]:
        """As ``change_article`` takes them."""
        data = self.cleaned_data
        state = Article.State.ARCHIVED if data["is_archived"] else Article.State.ACTIVE
        return {
            "topic": data["topic"],
            "position": data["position"],
            "is_listed": data["is_listed"],
            "state": state,
        }


def text_initial(translation: ArticleTranslation | None) -> dict[str, str]:
    """What the form begins with."""
    if translation is None:
        return {}
    return {
        "title": translation.title,
        "body": translation.body,
        "keywords": ", ".join(translation.keywords),
        "slug": translation.slug,
    }


def settings_initial(article: Article | None) -> dict[str, Any]:
    """What the form begins with."""
    if article is None:
        return {"position": 0, "is_listed": True}
    return {
        "topic": article.topic_id,
        "position": article.position,
        "is_listed": article.is_listed,
        "is_archived": article.state == Article.State.ARCHIVED,
    }


def languages_to_offer(present: list[str]) -> list[tuple[str, str]]:
    """Languages by name that the article is not written in yet."""
    codes = dict.fromkeys([*(code for code, _label in settings.LANGUAGES), *OFFERED])
    return [(code, language_name(code)) for code in codes if code not in present]
