"""The settings that Meta's channels have in common."""

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_DIGITS = r"^[0-9]{1,40}$"


def id_field(label: Any, help_text: Any, *, required: bool = True) -> forms.RegexField:
    """A number of the Graph API, entered as text."""
    return forms.RegexField(
        _DIGITS,
        label=label,
        help_text=help_text,
        required=required,
        strip=True,
        error_messages={"invalid": _("An id consists of digits only.")},
    )


class MetaConfigForm(ChannelConfigForm):
    """App, secrets and token; subclasses add the account."""

    secret_names = ("access_token", "app_secrets", "verify_token")

    app_id = id_field(
        _("app id"),
        _(
            "App dashboard (developers.facebook.com/apps) → App settings → Basic. With it we know our own messages when "
            "they come back, and warn before the access token runs out."
        ),
        required=False,
    )
    access_token = forms.CharField(
        label=_("access token"), widget=forms.PasswordInput, max_length=1000, required=False, strip=True
    )
    app_secrets = LinesField(
        label=_("app secrets"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "App dashboard → App settings → Basic → App secret; it signs every webhook. While you change it, enter the new "
            "one first and the old one below; remove the old one later. None: the door is closed."
        ),
    )
    verify_token = forms.CharField(
        label=_("verify token"),
        widget=forms.PasswordInput,
        required=False,
        min_length=8,
        max_length=200,
        help_text=_(
            "Any text that you make up. Enter the same text in the app dashboard under Webhooks → Verify token, beside the "
            "callback address that this channel's page shows."
        ),
    )

    def clean_app_secrets(self) -> list[str]:
        found: list[str] = self.cleaned_data["app_secrets"]
        if any(len(secret) < 16 for secret in found):
            raise ValidationError(_("An app secret has 32 characters."))
        return found

    def initial_secrets(self) -> dict[str, Any]:
        return {"verify_token": secrets.token_urlsafe(24)}

    def trial_secrets(self) -> dict[str, Any]:
        """Made-up secrets of the right shape."""
        return {
            "access_token": f"trial-{secrets.token_hex(16)}",
            "app_secrets": [secrets.token_hex(16)],
            "verify_token": secrets.token_urlsafe(24),
        }
