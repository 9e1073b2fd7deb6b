"""The settings of an API channel."""

import base64
import binascii
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

SECRET_PREFIX = "whsec_"  # noqa: S105  the prefix that Standard Webhooks gives to every secret
_MIN_SECRET_BYTES, _MAX_SECRET_BYTES = 24, 64


def make_secret() -> str:
    """A new signing secret in the form of Standard Webhooks."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def decode_secret(secret: str) -> bytes:
    """The key in a ``whsec_`` secret. Raises ValueError for what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
    if not secret.startswith(SECRET_PREFIX) or not _MIN_SECRET_BYTES <= len(key) <= _MAX_SECRET_BYTES:
        raise ValueError("not a whsec_ secret of 24 to 64 bytes")
    return key


class ApiConfigForm(ChannelConfigForm):
    """Where the other system takes our messages, and the secrets that sign both ways."""

    secret_names = ("signing_secrets",)

    deliver_url = forms.URLField(
        label=_("deliver to"),
        required=False,
        assume_scheme="https",
        max_length=1000,
        help_text=_("Replies are posted there, signed. Empty: this channel only takes messages in."),
    )
    signing_secrets = LinesField(
        label=_("signing secrets"),
        required=False,
        widget=SecretTextarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "whsec_… in Standard Webhooks form, one a line. All of them are accepted, the first one signs: to change a "
            "secret, put the new one first and remove the old one when the other system has it. None: the door is closed."
        ),
    )

    def clean_signing_secrets(self) -> list[str]:
        for secret in self.cleaned_data["signing_secrets"]:
            try:
                decode_secret(secret)
            except ValueError:
                raise ValidationError(_("A secret is whsec_ followed by 24 to 64 bytes in base64.")) from None
        return list(self.cleaned_data["signing_secrets"])

    def initial_secrets(self) -> dict[str, Any]:
        return {"signing_secrets": [make_secret()]}
