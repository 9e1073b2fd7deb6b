"""The settings of a channel for a WeChat Official Account."""

import re
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.wechat.envelope import PLAIN, SAFE
from channels_app.adapters.wechat.signing import decode_key
from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")


class WeChatConfigForm(ChannelConfigForm):
    """One Official Account. All values stand in mp.weixin.qq.com under Settings and development, Basic configuration."""

    secret_names = ("app_secret", "tokens", "aes_keys")
    sections = (
        (_("Account"), ("app_id", "app_secret", "original_id")),
        (_("Server configuration"), ("mode", "tokens", "aes_keys")),
        (_("Answers in the same call"), ("subscribe_reply", "instant_reply")),
    )

    app_id = forms.RegexField(
        r"^wx[0-9a-z]{6,40}$",
        label=_("AppID"),
        error_messages={"invalid": _("An AppID is wx and 6 to 40 digits and small letters.")},
        help_text=_(
            "mp.weixin.qq.com → Settings and development → Basic configuration → Developer ID; it begins with wx."
        ),
    )
    app_secret = forms.CharField(
        label=_("AppSecret"),
        widget=forms.PasswordInput,
        max_length=100,
        help_text=_(
            "Beside the AppID; WeChat shows it once. Put this server's address on the IP allow-list there. Sending needs a verified "
            "account: an unverified one can only answer in the same call."
        ),
    )
    original_id = forms.RegexField(
        r"^gh_[0-9a-zA-Z]{6,40}$",
        label=_("original ID"),
        error_messages={"invalid": _("An original ID is gh_ and 6 to 40 letters and digits.")},
        required=False,
        help_text=_(
            "Account settings → Registration information → Original ID (gh_…). It makes the QR code for your contact page."
        ),
    )
    mode = forms.ChoiceField(
        label=_("encryption of messages"),
        choices=[(SAFE, _("safe mode")), (PLAIN, _("plain mode"))],
        initial=SAFE,
        help_text=_(
            "The same as in Server configuration. In plain mode the signature says nothing of the message itself: choose the safe "
            "mode. “Compatible mode” works with either."
        ),
    )
    tokens = LinesField(
        label=_("Token"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "3 to 32 letters and digits that you make up; enter the same under Server configuration → Token, and this channel's "
            "webhook address as URL. While you change it, the new one first and the old one below."
        ),
    )
    aes_keys = LinesField(
        label=_("EncodingAESKey"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Server configuration → EncodingAESKey, 43 letters and digits. While you change it, the new one first."
        ),
    )
    subscribe_reply = forms.CharField(
        label=_("greeting"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Sent at once to everybody who begins to follow the account. Empty: nothing is sent."),
    )
    instant_reply = forms.CharField(
        label=_("first acknowledgement"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Sent at once to a customer's message, at most once a day. It costs no quota and works without verification."
        ),
    )

    def clean_tokens(self) -> list[str]:
        found: list[str] = self.cleaned_data["tokens"]
        if not all(_TOKEN.fullmatch(token) for token in found):
            raise ValidationError(_("A token has 3 to 32 letters and digits."))
        return found

    def clean_aes_keys(self) -> list[str]:
        found: list[str] = self.cleaned_data["aes_keys"]
        for key in found:
            try:
                decode_key(key)
            except ValueError:
                raise ValidationError(_("An EncodingAESKey has 43 letters and digits.")) from None
        return found

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("mode") == SAFE and "aes_keys" not in self.errors and not self.has_secret("aes_keys"):
            self.add_error("aes_keys", _("The safe mode needs the EncodingAESKey."))
        return values

    def initial_secrets(self) -> dict[str, Any]:
        return {"tokens": [secrets.token_hex(16)]}

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {"app_id": "wx00000000trial", "original_id": "gh_7f083739789a", "mode": PLAIN}
        return config, {**self.initial_secrets(), "app_secret": secrets.token_hex(16)}
