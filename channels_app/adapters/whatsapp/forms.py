"""The settings of a WhatsApp channel."""

import re
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_NUMBER_ID = re.compile(r"[0-9]{5,30}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")


class NumberIdField(forms.CharField):
    """An id of Meta's, which consists of digits."""

    def clean(self, value: Any) -> str:
        cleaned = str(super().clean(value)).strip()
        if cleaned and not _NUMBER_ID.fullmatch(cleaned):
            raise ValidationError(_("An id is a number of 5 to 30 digits."), code="invalid")
        return cleaned


class WhatsAppConfigForm(ChannelConfigForm):
    """One phone number of a WhatsApp Business account, and what proves calls in both directions."""

    secret_names = ("access_token", "app_secrets", "verify_token")
    sections = (
        (_("Number"), ("phone_number", "phone_number_id", "business_account_id")),
        (_("Access"), ("access_token", "app_secrets", "verify_token")),
        (_("Answers"), ("quotes_customer",)),
    )

    phone_number = forms.CharField(
        label=_("phone number"),
        max_length=20,
        help_text=_(
            "The number your customers write to, with its country code: +49 30 1234567. The contact page links it."
        ),
    )
    phone_number_id = NumberIdField(
        label=_("phone number id"),
        max_length=30,
        help_text=_(
            "developers.facebook.com › your app › WhatsApp › API setup, below the number. Not the number itself."
        ),
    )
    business_account_id = NumberIdField(
        label=_("WhatsApp Business account id"),
        max_length=30,
        help_text=_("On the same page beside the phone number id. Templates are read there."),
    )
    access_token = forms.CharField(
        label=_("access token"),
        max_length=1000,
        widget=forms.PasswordInput,
        help_text=_(
            "business.facebook.com › Settings › System users › Generate token, with whatsapp_business_messaging and "
            "whatsapp_business_management. The token on the page “API setup” ends after a day."
        ),
    )
    app_secrets = LinesField(
        label=_("app secrets"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "developers.facebook.com › your app › App settings › Basic › App secret, one a line. All of them are accepted: to "
            "change it, add the new one first and remove the old one later. None: the door is closed."
        ),
    )
    verify_token = forms.CharField(
        label=_("verify token"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput,
        help_text=_(
            "A word of your choice. Enter the same one at Meta under WhatsApp › Configuration › Webhook, beside the webhook "
            "address of this channel, and subscribe to “messages” and “message_template_status_update”."
        ),
    )
    quotes_customer = forms.BooleanField(
        label=_("quote the customer's message"),
        required=False,
        help_text=_(
            "Answers show the message they belong to above them, as a long press and “Reply” does on the phone."
        ),
    )

    def clean_phone_number(self) -> str:
        number = "+" + re.sub(r"[^0-9]", "", self.cleaned_data["phone_number"])
        if not _PHONE.fullmatch(number):
            raise ValidationError(_("Enter the number with its country code, such as +49 30 1234567."), code="invalid")
        return number

    def clean_access_token(self) -> str:
        token = str(self.cleaned_data["access_token"] or "").strip()
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise ValidationError(
                _("This is no access token: it has no blanks and no special characters."), code="invalid"
            )
        return token

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {
            "phone_number": "+493055512345",
            "phone_number_id": "106540352242922",
            "business_account_id": "102290129340398",
        }
        made_up = {
            "access_token": f"EAA{secrets.token_hex(30)}",
            "app_secrets": [secrets.token_hex(16)],
            "verify_token": secrets.token_urlsafe(16),
        }
        return config, made_up
