"""The typed settings of a channel: what each kind needs, and where to find each value.

Secrets are write-only: a stored one is never shown, an empty field keeps it.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from helpdesk.common.text import normalise_email


class ChannelConfigForm(forms.Form):
    """Settings and secrets of one channel.

    ``stored_config`` fills the fields; ``stored_secrets`` only decides which secrets are shown as set. When the form
    is valid, ``config()`` and ``secrets(stored)`` give what belongs on the Channel.
    """

    secret_names: ClassVar[tuple[str, ...]] = ()
    # (title, field names): how a page groups the fields; those that are not named stand together at the end.
    sections: ClassVar[tuple[tuple[Any, tuple[str, ...]], ...]] = ()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        stored_config: Mapping[str, Any] | None = None,
        stored_secrets: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", dict(stored_config or {}))
        super().__init__(data, **kwargs)
        self._names_set = {name for name, value in (stored_secrets or {}).items() if value}
        for name in self.secret_names:
            field = self.fields[name]
            if name in self._names_set:
                field.required = False
                field.widget.attrs["placeholder"] = _("set – leave empty to keep it")
            field.widget.attrs["autocomplete"] = "new-password"

    def has_secret(self, name: str) -> bool:
        """Whether the secret is stored or being entered now."""
        return name in self._names_set or bool(self.cleaned_data.get(name))

    def config(self) -> dict[str, Any]:
        """The settings without secrets, as JSON values; settings left empty are left out."""
        return {
            name: _as_json(value)
            for name, value in self.cleaned_data.items()
            if name not in self.secret_names and value not in (None, "", [])
        }

    def secrets(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The secrets to store: what was entered over what is stored."""
        entered = {name: self.cleaned_data.get(name) for name in self.secret_names}
        return {**stored, **{name: value for name, value in entered.items() if value}}

    def initial_secrets(self) -> dict[str, Any]:
        """Secrets that a new channel of this kind starts with when nobody enters any."""
        return {}

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Made-up (settings, secrets) of the right shape, under which the kind can be tried without an account."""
        return {}, self.initial_secrets()


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


class LinesField(forms.CharField):
    """Several values, one a line; also takes a list, as commands and the API give it."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # the cleaned value is a list
        lines = value if isinstance(value, (list, tuple)) else str(value or "").replace(",", "\n").splitlines()
        return [line for line in (str(line).strip() for line in lines) if line]

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)


class SecretTextarea(forms.Textarea):
    """Takes secrets of several lines and, like a password field, never gives any back."""

    def format_value(self, value: Any) -> str:
        return ""


def check_mail_address(address: str) -> str:
    """The stored form of an address. Raises ValidationError for what is none."""
    normalised = normalise_email(address)
    if not normalised:
        raise ValidationError(_("“%(address)s” is no mail address."), params={"address": address}, code="invalid")
    return normalised


def is_local_host(host: str) -> bool:
    """Whether traffic to the host needs no encryption: this machine, or one that the operator declared trusted."""
    if host.lower() in {"localhost", *(name.lower() for name in settings.HELPDESK_TRUSTED_HOSTS)}:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
