"""The settings that every channel over Twilio has: the account and its tokens."""

import re
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.twilio.numbers import is_international, normalise_number
from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish"))]
TRIAL_ACCOUNT = "AC" + "0" * 31 + "1"
_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")


class TwilioConfigForm(ChannelConfigForm):
    """The account whose number this is."""

    secret_names = ("auth_tokens",)

    account_sid = forms.CharField(
        label=_("account SID"),
        max_length=34,
        help_text=_("AC…, on the first page of the Twilio Console under “Account Info”. Of a subaccount its own."),
    )
    auth_tokens = LinesField(
        label=_("auth tokens"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Beside the account SID in the Console. One a line: all of them are accepted in signatures, the first one calls. To "
            "change the token, make a secondary one in the Console, put it here as second line, promote it there, then remove "
            "the old one here."
        ),
    )
    number = forms.CharField(
        label=_("number"),
        max_length=40,
        required=False,
        help_text=_("In Twilio under Phone Numbers, Manage, Active numbers; with the country: +4930123456."),
    )
    language = forms.ChoiceField(
        label=_("language"),
        choices=LANGUAGES,
        required=False,
        initial="en",
        help_text=_("In which this channel speaks to customers where nothing is known of theirs."),
    )

    def clean_account_sid(self) -> str:
        sid = str(self.cleaned_data["account_sid"]).strip()
        if not _ACCOUNT.fullmatch(sid):
            raise ValidationError(_("An account SID is AC followed by 32 digits and letters from a to f."))
        return sid

    def clean_auth_tokens(self) -> list[str]:
        for token in self.cleaned_data["auth_tokens"]:
            if not re.fullmatch(r"[!-~]{16,200}", token):
                raise ValidationError(_("An auth token is one word of 32 characters."))
        return list(self.cleaned_data["auth_tokens"])

    def clean_number(self) -> str:
        number = normalise_number(self.cleaned_data["number"]) if self.cleaned_data["number"] else ""
        if number and not is_sender(number):
            raise ValidationError(_("Write the number with its country: +4930123456."))
        return number

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        # A number that Ofcom keeps free for films.
        return {"account_sid": TRIAL_ACCOUNT, "number": "+447700900123"}, {"auth_tokens": [secrets.token_hex(16)]}


def is_sender(number: str) -> bool:
    """Whether Twilio takes this as a sender: a number with its country, or a short code of four to eight digits."""
    return is_international(number) or bool(re.fullmatch(r"[0-9]{4,8}", number))
