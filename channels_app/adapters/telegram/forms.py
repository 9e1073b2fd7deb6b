"""The settings of a Telegram channel."""

import re
import secrets as random
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

# https://core.telegram.org/bots/api#setwebhook: 1-256 characters; ours are long enough not to be guessed.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,100}")
_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")


class TelegramConfigForm(ChannelConfigForm):
    """A bot, and how its messages come to us."""

    secret_names = ("bot_token", "webhook_secrets")
    sections = (
        (_("The bot"), ("bot_username", "bot_token")),
        (_("How messages come in"), ("delivery", "webhook_secrets")),
        (_("Answers"), ("quotes_message",)),
    )

    bot_username = forms.CharField(
        label=_("user name of the bot"),
        required=False,
        max_length=33,
        help_text=_("Such as acme_support_bot, without @. Customers find the bot at https://t.me/ and this name."),
    )
    bot_token = forms.CharField(
        label=_("bot token"),
        max_length=200,
        widget=forms.PasswordInput(),
        help_text=_(
            "Write to @BotFather in Telegram, send /newbot (or /mybots › API Token for a bot that you have), and copy the line that "
            "looks like 123456789:AA…"
        ),
    )
    delivery = forms.ChoiceField(
        label=_("delivery"),
        required=False,
        choices=[
            ("polling", _("We ask Telegram (works everywhere)")),
            ("webhook", _("Telegram calls us (needs a public https address)")),
        ],
        help_text=_("“Test connection” tells Telegram which of the two it is."),
    )
    webhook_secrets = LinesField(
        label=_("webhook secrets"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Made for you. Telegram sends the first one along with every call; all of them are accepted. To change it, put a new one "
            "first (16 to 256 letters, digits, _ and -), test the connection, then remove the old one."
        ),
    )
    quotes_message = forms.BooleanField(
        label=_("quote the customer's message"),
        required=False,
        help_text=_("Each answer is shown as a reply to the customer's last message."),
    )

    def clean_bot_username(self) -> str:
        name = str(self.cleaned_data["bot_username"]).strip().removeprefix("@")
        if name and not _USERNAME.fullmatch(name):
            raise ValidationError(_("A user name has 4 to 32 letters, digits and _."), code="invalid")
        return name

    def clean_bot_token(self) -> str:
        token = str(self.cleaned_data["bot_token"]).strip()
        if token and not _TOKEN.fullmatch(token):
            raise ValidationError(_("A bot token looks like 123456789:AA…"), code="invalid")
        return token

    def clean_delivery(self) -> str:
        return str(self.cleaned_data["delivery"] or "polling")

    def clean_webhook_secrets(self) -> list[str]:
        for secret in self.cleaned_data["webhook_secrets"]:
            if not _WEBHOOK_SECRET.fullmatch(secret):
                raise ValidationError(_("A secret has 16 to 256 letters, digits, _ and -."), code="invalid")
        return list(self.cleaned_data["webhook_secrets"])

    def secrets(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        secrets = super().secrets(stored)
        return secrets if secrets.get("webhook_secrets") else {**secrets, "webhook_secrets": [make_webhook_secret()]}

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {"bot_username": "trial_helpdesk_bot", "delivery": "webhook"}
        return config, {"bot_token": f"{10**9}:{'A' * 35}", "webhook_secrets": [make_webhook_secret()]}


def make_webhook_secret() -> str:
    """A new secret for Telegram's calls."""
    return random.token_urlsafe(32)
