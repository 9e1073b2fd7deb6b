"""The settings of a telephone channel: account, greeting, where callers may go on in writing, whose telephones ring."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.twilio.forms import TwilioConfigForm
from channels_app.adapters.twilio.numbers import is_international, normalise_number
from channels_app.forms import LinesField

MOST_AGENTS = 10
_SIP = re.compile(r"sips?:[^\s@<>\"]{1,100}@[A-Za-z0-9.:\-]{1,100}")


class VoiceConfigForm(TwilioConfigForm):
    """One telephone number and its menu."""

    sections = (
        (_("Twilio account"), ("account_sid", "auth_tokens", "number")),
        (_("What callers hear"), ("language", "voice", "greeting", "hold_music")),
        (_("Going on in writing"), ("deflect_to", "deflect_text", "deflect_template", "deflect_variables")),
        (_("People who answer"), ("agents", "ring_seconds", "records_calls")),
        (_("Voicemail and call backs"), ("transcribes", "callback_minutes")),
    )

    voice = forms.CharField(
        label=_("voice"),
        max_length=60,
        required=False,
        help_text=_(
            "A name from Twilio's list of voices, such as Polly.Amy-Neural. Empty: Twilio's own for the language."
        ),
    )
    greeting = forms.CharField(
        label=_("greeting"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What callers hear first. Empty: a welcome with the brand's name, in the caller's language."),
    )
    hold_music = forms.URLField(
        label=_("hold music"),
        required=False,
        assume_scheme="https",
        max_length=500,
        help_text=_("The public address of an MP3 file. Empty: silence between the announcements."),
    )
    deflect_to = forms.SlugField(
        label=_("channel"),
        required=False,
        allow_unicode=True,
        help_text=_(
            "The short name of a WhatsApp or SMS channel. With it the menu offers “press 1 to go on in writing”."
        ),
    )
    deflect_text = forms.CharField(
        label=_("text message"),
        max_length=480,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "For SMS. {brand}, {name}, {number} (of the ticket) and {words} (what the caller said) are filled in. Empty: our own, in "
            "the caller's language."
        ),
    )
    deflect_template = forms.CharField(
        label=_("template"),
        max_length=512,
        required=False,
        help_text=_("For WhatsApp: the name of an approved template, as the provider's list shows it."),
    )
    deflect_variables = LinesField(
        label=_("the template's variables"),
        required=False,
        help_text=_("One a line, in the template's order; {brand}, {name}, {number} and {words} are filled in."),
    )
    agents = LinesField(
        label=_("telephones"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "They ring at once, the first who takes the call has it. A number with its country or a SIP address a line, behind it the "
            "user name of whose telephone it is: “+4930123456 ana”. At most ten. None: callers cannot wait for a person."
        ),
    )
    ring_seconds = forms.IntegerField(
        label=_("ring for (seconds)"), min_value=5, max_value=60, required=False, help_text=_("Empty: 20.")
    )
    records_calls = forms.BooleanField(
        label=_("record conversations"),
        required=False,
        help_text=_(
            "Both sides, kept on the ticket. Callers are told; whether that is enough, the law of your country says."
        ),
    )
    transcribes = forms.BooleanField(
        label=_("write voicemail down"), required=False, help_text=_("Twilio does it for English only, at a charge.")
    )
    callback_minutes = forms.IntegerField(
        label=_("call back within (minutes)"),
        min_value=5,
        max_value=7 * 24 * 60,
        required=False,
        help_text=_("Counted from the next opening when nobody is there. Empty: 60."),
    )

    def clean_number(self) -> str:
        number = super().clean_number()
        if not number:
            raise ValidationError(_("Enter the telephone number."))
        return number

    def clean_agents(self) -> list[str]:
        lines = self.cleaned_data["agents"]
        if len(lines) > MOST_AGENTS:
            raise ValidationError(_("At most ten telephones can ring at once."))
        return [_checked_agent(line) for line in lines]

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config, secrets = super().trial_settings()
        return {**config, "agents": ["+447700900200"]}, secrets


def _checked_agent(line: str) -> str:
    telephone, _space, username = line.partition(" ")
    if not _SIP.fullmatch(telephone):
        telephone = normalise_number(telephone)
        if not is_international(telephone):
            raise ValidationError(
                _("“%(line)s” is neither a number with its country nor a SIP address."), params={"line": line}
            )
    return f"{telephone} {username.strip()}".strip()
