"""The settings of a web chat: where it may stand, how it looks, what it asks, who its visitors are."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.webchat.colors import DEFAULT, is_color
from channels_app.adapters.webchat.origins import normalise_origin
from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

MOST_QUESTIONS = 5
MIN_SECRET_CHARACTERS = 32
MAIL_AFTER_MINUTES = 5
_ASKED = [("", _("not asked")), ("optional", _("asked, may be left empty")), ("required", _("must be given"))]


class ColorInput(forms.TextInput):
    """The browser's own colour picker."""

    input_type = "color"


class WebchatConfigForm(ChannelConfigForm):
    """What belongs to one widget. Everything but the sites has a default."""

    secret_names = ("identity_secrets",)
    sections = (
        (_("Sites"), ("origins",)),
        (_("Look"), ("title", "greeting", "color", "theme", "position", "language", "show_logo")),
        (_("Before the chat"), ("ask_name", "ask_email", "questions", "needs_consent", "privacy_url")),
        (_("Chat"), ("no_articles", "no_files", "offline", "mail_after_minutes")),
        (_("Signed-in visitors"), ("identity_secrets", "ids_are_not_from_crm")),
    )

    origins = LinesField(
        label=_("allowed sites"),
        help_text=_(
            "The sites that carry the widget, one a line, such as https://www.shop.example (with www, if the address has it). "
            "Everywhere else it stays closed."
        ),
    )
    title = forms.CharField(
        label=_("title"), required=False, max_length=60, help_text=_("Stands at the top of the chat; empty: the brand.")
    )
    greeting = forms.CharField(
        label=_("greeting"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What a visitor reads first. Empty: a friendly line in his language."),
    )
    color = forms.CharField(
        label=_("colour"),
        required=False,
        widget=ColorInput,
        initial=DEFAULT,
        help_text=_("Of the button and your visitor's words. Text on it stays readable whatever you choose."),
    )
    theme = forms.ChoiceField(
        label=_("theme"),
        required=False,
        choices=[("", _("as the visitor's system has it")), ("light", _("light")), ("dark", _("dark"))],
    )
    position = forms.ChoiceField(
        label=_("corner"), required=False, choices=[("", _("at the end of the line")), ("start", _("at its start"))]
    )
    language = forms.ChoiceField(
        label=_("language"),
        required=False,
        choices=lambda: [("", _("the visitor's")), *settings.LANGUAGES],
        help_text=_("The widget speaks the visitor's language where it knows it; here it can be fixed to one."),
    )
    show_logo = forms.BooleanField(label=_("show the brand's logo"), required=False)
    ask_name = forms.ChoiceField(label=_("name"), required=False, choices=_ASKED)
    ask_email = forms.ChoiceField(label=_("mail address"), required=False, choices=_ASKED)
    questions = LinesField(
        label=_("further questions"),
        required=False,
        help_text=_("One a line, at most five, such as “Order number”. A star at the end makes it required."),
    )
    needs_consent = forms.BooleanField(
        label=_("ask for consent"),
        required=False,
        help_text=_(
            "A line to tick before the chat begins. Without it the chat begins with the visitor's first words."
        ),
    )
    privacy_url = forms.URLField(
        label=_("privacy notice"), required=False, assume_scheme="https", max_length=500, help_text=_("Linked there.")
    )
    no_articles = forms.BooleanField(
        label=_("suggest no help articles"),
        required=False,
        help_text=_(
            "Otherwise articles that fit are shown while a visitor writes his first message. Never where consent is asked for."
        ),
    )
    no_files = forms.BooleanField(label=_("take no files"), required=False)
    offline = forms.ChoiceField(
        label=_("outside business hours"),
        required=False,
        choices=[
            ("", _("a form that takes a message and a mail address")),
            ("chat", _("the chat, with the time at which you open")),
        ],
        help_text=_("Hours are set under Business hours. Without any you are always open."),
    )
    mail_after_minutes = forms.IntegerField(
        label=_("mail unread answers after (minutes)"),
        required=False,
        min_value=0,
        max_value=1440,
        initial=MAIL_AFTER_MINUTES,
        help_text=_(
            "An answer that the visitor has not fetched by then goes to the mail address he gave, once. 0: never. "
            "With an e-mail channel he can answer it, and it comes into the same ticket."
        ),
    )
    identity_secrets = LinesField(
        label=_("identity secrets"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "With one of them your server signs who is signed in there. At most two, one a line: to change it, put the new "
            "one first and remove the old one when no page uses it any more. None: every visitor stays unknown."
        ),
    )
    ids_are_not_from_crm = forms.BooleanField(
        label=_("ids are not those of the CRM"),
        required=False,
        help_text=_("Otherwise the id that your server signs is looked up among the customers' ids in the CRM."),
    )

    def clean_origins(self) -> list[str]:
        origins = []
        for line in self.cleaned_data["origins"]:
            origin = normalise_origin(line)
            if not origin:
                raise ValidationError(
                    _("“%(line)s” is no site. Write it like https://www.shop.example"), params={"line": line}
                )
            origins.append(origin)
        return list(dict.fromkeys(origins))[:50]

    def clean_color(self) -> str:
        color = str(self.cleaned_data["color"] or "").lower()
        if color and not is_color(color):
            raise ValidationError(_("A colour is written like #3350c8."))
        return "" if color == DEFAULT else color

    def clean_questions(self) -> list[str]:
        questions: list[str] = self.cleaned_data["questions"]
        if len(questions) > MOST_QUESTIONS or any(len(question) > 80 for question in questions):
            raise ValidationError(_("At most five questions of 80 characters."))
        return questions

    def clean_identity_secrets(self) -> list[str]:
        entered: list[str] = self.cleaned_data["identity_secrets"]
        if len(entered) > 2 or any(len(secret) < MIN_SECRET_CHARACTERS for secret in entered):
            raise ValidationError(_("At most two secrets, each of at least 32 characters."))
        return entered

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("needs_consent") and not values.get("privacy_url"):
            self.add_error("privacy_url", _("Consent needs something to read: link your privacy notice."))
        return values

    def initial_secrets(self) -> dict[str, Any]:
        return {"identity_secrets": [secrets.token_hex(32)]}

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"origins": [normalise_origin(settings.SITE_URL)]}, self.initial_secrets()
