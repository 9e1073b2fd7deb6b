"""The settings of a LINE channel."""

import re
import secrets as random
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_SECRET = re.compile(r"[0-9a-zA-Z]{16,100}")
_TOKEN = re.compile(r"[\x21-\x7e]{20,1000}")


class LineConfigForm(ChannelConfigForm):
    """An official account with the Messaging API."""

    secret_names = ("channel_secrets", "access_token")
    sections = (
        (_("The account"), ("basic_id", "bot_user_id")),
        (_("Keys"), ("channel_secrets", "access_token")),
    )

    basic_id = forms.RegexField(
        label=_("basic id"),
        regex=r"^@[0-9a-zA-Z._-]{3,30}\Z",
        required=False,
        max_length=31,
        error_messages={"invalid": _("A basic id is @ and 3 to 30 letters, digits, dots, hyphens and _.")},
        help_text=_(
            "Such as @123abcde. In the LINE Developers console (developers.line.biz) open your Messaging API channel › Messaging API "
            "› Bot information."
        ),
    )
    bot_user_id = forms.RegexField(
        label=_("user id of the account"),
        regex=r"^U[0-9a-f]{32}\Z",
        required=False,
        max_length=33,
        error_messages={"invalid": _("A user id is U and 32 digits and letters from a to f.")},
        help_text=_(
            "Optional. “Your user ID” of the bot, as “Test connection” shows it: calls for another account are then dropped."
        ),
    )
    channel_secrets = LinesField(
        label=_("channel secret"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Console › your channel › Basic settings › Channel secret. It proves LINE's calls. To change it, put the new one first and "
            "leave the old one below it until LINE uses the new one."
        ),
    )
    access_token = forms.CharField(
        label=_("channel access token"),
        max_length=1000,
        widget=forms.PasswordInput(),
        help_text=_("Console › your channel › Messaging API › Channel access token (long-lived) › Issue."),
    )

    def clean_channel_secrets(self) -> list[str]:
        for secret in self.cleaned_data["channel_secrets"]:
            if not _SECRET.fullmatch(secret):
                raise ValidationError(_("A channel secret has 16 to 100 letters and digits."), code="invalid")
        return list(self.cleaned_data["channel_secrets"])

    def clean_access_token(self) -> str:
        token = str(self.cleaned_data["access_token"]).strip()
        if token and not _TOKEN.fullmatch(token):
            raise ValidationError(_("This is no access token."), code="invalid")
        return token

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"basic_id": "@123trial"}, {
            "channel_secrets": [random.token_hex(16)],
            "access_token": random.token_urlsafe(60),
        }
