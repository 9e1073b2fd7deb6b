"""The settings of a channel for Google reviews."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.google_reviews.tokens import read_service_account
from channels_app.forms import ChannelConfigForm, SecretTextarea


class GoogleReviewsConfigForm(ChannelConfigForm):
    """One location, and either a person's refresh token or a service account."""

    secret_names = ("client_secret", "refresh_token", "service_account")
    sections = (
        (_("Location"), ("location", "place_url")),
        (_("Access by a person's consent"), ("client_id", "client_secret", "refresh_token")),
        (_("Access by a service account"), ("service_account",)),
    )

    location = forms.RegexField(
        label=_("location"),
        regex=r"^accounts/[0-9]{1,40}/locations/[0-9]{1,40}$",
        help_text=_(
            "accounts/123/locations/456. The account's number stands in GET /v1/accounts of the Account Management API, the "
            "location's in business.google.com under the profile's settings, or in GET /v1/accounts/123/locations."
        ),
        error_messages={"invalid": _("Write it like accounts/123/locations/456.")},
    )
    place_url = forms.URLField(
        label=_("public address"),
        required=False,
        assume_scheme="https",
        max_length=1000,
        help_text=_("Where everybody reads the reviews: in Google Maps, “Share”, “Copy link”."),
    )
    client_id = forms.CharField(
        label=_("client ID"),
        required=False,
        max_length=300,
        help_text=_(
            "Google Cloud console, APIs and services, Credentials, OAuth client of the type “Web application”."
        ),
    )
    client_secret = forms.CharField(
        label=_("client secret"),
        required=False,
        widget=forms.PasswordInput,
        help_text=_("Beside the client ID."),
    )
    refresh_token = forms.CharField(
        label=_("refresh token"),
        required=False,
        widget=forms.PasswordInput,
        max_length=2000,
        help_text=_(
            "From the OAuth consent of an owner or manager of the profile, with the scope "
            "https://www.googleapis.com/auth/business.manage and access_type=offline. While the consent screen is “in testing” "
            "Google ends it after seven days: publish the app."
        ),
    )
    service_account = forms.CharField(
        label=_("service account key"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=10_000,
        help_text=_(
            "The JSON key file as a whole. The service account's address must be invited as a manager of the profile. It is "
            "used instead of the refresh token where both are set."
        ),
    )

    def clean_service_account(self) -> str:
        document = str(self.cleaned_data["service_account"])
        if document:
            try:
                read_service_account(document)
            except AdapterError as error:
                raise ValidationError(error.message) from None
        return document

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        has_person = (
            bool(values.get("client_id")) and self.has_secret("client_secret") and self.has_secret("refresh_token")
        )
        if not self.errors and not has_person and not self.has_secret("service_account"):
            raise ValidationError(
                _("Enter client ID, client secret and refresh token, or the key of a service account."), code="required"
            )
        return values

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {
            "location": "accounts/1/locations/2",
            "place_url": "https://maps.google.com/?cid=1",
            "client_id": "trial",
        }
        return config, {"client_secret": "trial", "refresh_token": "trial"}
