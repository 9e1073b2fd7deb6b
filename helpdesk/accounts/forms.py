"""Forms of the account pages."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from helpdesk.accounts.models import User
from helpdesk.accounts.throttling import count_login_attempt, forget_login_attempt
from helpdesk.common.errors import TooManyRequests


class LoginForm(AdminAuthenticationForm):
    """Signing in, with a lock after too many wrong tries. One text for a wrong name and a wrong password."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("This user name and password do not belong together. Mind capital letters."),
    }
    retry_after_seconds = 0

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        try:
            count_login_attempt(self.request, username)
        except TooManyRequests as error:
            self.retry_after_seconds = error.retry_after_seconds
            minutes = -(-error.retry_after_seconds // 60)
            raise ValidationError(
                ngettext(
                    "Too many wrong tries. Please wait %(minutes)d minute, then try again.",
                    "Too many wrong tries. Please wait %(minutes)d minutes, then try again.",
                    minutes,
                ),
                code="too_many_attempts",
                params={"minutes": minutes},
            ) from error
        cleaned = super().clean()
        forget_login_attempt(self.request, username)
        return cleaned


class PreferencesForm(forms.ModelForm):
    """What everybody may set about himself; never rights."""

    class Meta:
        model = User
        fields = (
            "first_name",
            "last_name",
            "email",
            "languages",
            "mail_notifications",
            "signature",
            "shortcuts_enabled",
            "tone_hints_enabled",
        )
        widgets = {"signature": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}
        help_texts = {
            "languages": _("Codes with commas between them, such as en, de."),
            "shortcuts_enabled": _("Single letters such as j, k and r on the ticket pages."),
        }
