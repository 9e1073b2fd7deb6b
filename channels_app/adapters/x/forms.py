"""The settings of an X channel."""

import re
import secrets as random
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}")
_KEY = re.compile(r"[\x21-\x7e]{10,200}")


class XConfigForm(ChannelConfigForm):
    """The account, the app's keys, and what comes in."""

    secret_names = ("consumer_secrets", "access_token", "access_token_secret")
    sections = (
        (_("The account"), ("username", "user_id")),
        (
            _("Keys of your app (access is paid)"),
            ("consumer_key", "consumer_secrets", "access_token", "access_token_secret"),
        ),
        (_("What comes in"), ("takes", "delivery")),
    )

    username = forms.CharField(
        label=_("account"), max_length=16, help_text=_("The account's name on X, such as acme, without @.")
    )
    user_id = forms.RegexField(
        label=_("id of the account"),
        regex=r"^[0-9]{1,20}\Z",
        max_length=20,
        error_messages={"invalid": _("An id has 1 to 20 digits and nothing else.")},
        help_text=_(
            "Digits only. It is the part of the access token before the hyphen; “Test connection” compares it with the account."
        ),
    )
    consumer_key = forms.CharField(
        label=_("API key"),
        max_length=200,
        help_text=_(
            "X charges for this: reading and sending need a paid plan or prepaid credits of the X API, whatever this product costs. "
            "At developer.x.com choose your project and app › Keys and tokens › API Key and Secret."
        ),
    )
    consumer_secrets = LinesField(
        label=_("API key secret"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Beside the API key. It also proves X's calls to us. To change it, put the new one first and leave the old one below it "
            "until X uses the new one."
        ),
    )
    access_token = forms.CharField(
        label=_("access token"),
        max_length=200,
        widget=forms.PasswordInput(),
        help_text=_(
            "On the same page, Authentication Tokens › Access Token and Secret. First set the app's permissions to “Read and write and "
            "Direct Messages”: tokens made before that cannot read messages."
        ),
    )
    access_token_secret = forms.CharField(
        label=_("access token secret"),
        max_length=200,
        widget=forms.PasswordInput(),
        help_text=_("Shown together with the access token."),
    )
    takes = forms.ChoiceField(
        label=_("what comes in"),
        required=False,
        choices=[
            ("both", _("Direct messages, and public posts that name the account")),
            ("messages", _("Direct messages only")),
            ("mentions", _("Public posts that name the account only")),
        ],
        help_text=_("Encrypted chats never come through the API."),
    )
    delivery = forms.ChoiceField(
        label=_("delivery"),
        required=False,
        choices=[
            ("polling", _("We ask X (works with every paid plan)")),
            ("webhook", _("X calls us (needs the Account Activity API and a public https address)")),
        ],
        help_text=_(
            "For the webhook, register this channel's address in the developer portal and subscribe the account to it."
        ),
    )

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"]).strip().removeprefix("@")
        if not _USERNAME.fullmatch(name):
            raise ValidationError(_("An account's name has 1 to 15 letters, digits and _."), code="invalid")
        return name

    def clean_consumer_key(self) -> str:
        return _clean_key(self.cleaned_data["consumer_key"])

    def clean_consumer_secrets(self) -> list[str]:
        return [_clean_key(secret) for secret in self.cleaned_data["consumer_secrets"]]

    def clean_access_token(self) -> str:
        return _clean_key(self.cleaned_data["access_token"])

    def clean_access_token_secret(self) -> str:
        return _clean_key(self.cleaned_data["access_token_secret"])

    def clean_takes(self) -> str:
        return str(self.cleaned_data["takes"] or "both")

    def clean_delivery(self) -> str:
        return str(self.cleaned_data["delivery"] or "polling")

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {
            "username": "acme",
            "user_id": "4337869213",
            "consumer_key": random.token_hex(12),
            "takes": "both",
            "delivery": "webhook",
        }
        made_up = {name: random.token_hex(20) for name in ("access_token", "access_token_secret")}
        return config, {**made_up, "consumer_secrets": [random.token_hex(25)]}


def _clean_key(written: str) -> str:
    key = str(written).strip()
    if key and not _KEY.fullmatch(key):
        raise ValidationError(_("This is no key: it has 10 to 200 letters and digits without blanks."), code="invalid")
    return key
