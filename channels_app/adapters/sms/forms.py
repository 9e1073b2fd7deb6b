"""The settings of a channel for text messages."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.twilio.forms import TwilioConfigForm

_SERVICE = re.compile(r"MG[0-9a-f]{32}")


class SmsConfigForm(TwilioConfigForm):
    """One number or messaging service of a Twilio account."""

    sections = (
        (_("Twilio account"), ("account_sid", "auth_tokens")),
        (_("Sender"), ("number", "messaging_service_sid")),
        (_("Answers of its own"), ("language", "leaves_help_to_twilio", "help_answer")),
    )

    messaging_service_sid = forms.CharField(
        label=_("messaging service"),
        max_length=34,
        required=False,
        help_text=_(
            "MG…, in Twilio under Messaging, Services. When one is set, messages leave through it and Twilio chooses the number."
        ),
    )
    leaves_help_to_twilio = forms.BooleanField(
        label=_("Twilio answers HELP"),
        required=False,
        help_text=_(
            "For services with Advanced Opt-Out and numbers on which Twilio answers STOP and HELP itself, so that nobody gets two "
            "answers. STOP is honoured in any case."
        ),
    )
    help_answer = forms.CharField(
        label=_("answer to HELP"),
        max_length=320,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: the brand's name and how to stop, in the customer's language."),
    )

    def clean_messaging_service_sid(self) -> str:
        sid = str(self.cleaned_data["messaging_service_sid"]).strip()
        if sid and not _SERVICE.fullmatch(sid):
            raise ValidationError(_("A messaging service is MG followed by 32 digits and letters from a to f."))
        return sid

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("number") or cleaned.get("messaging_service_sid")):
            self.add_error("number", _("Enter a number or a messaging service."))
        return cleaned
