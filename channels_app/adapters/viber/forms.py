"""The settings of a Viber channel."""

import re
import secrets as random
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, SecretTextarea

_TOKEN = re.compile(r"[0-9a-zA-Z-]{30,100}")


class ViberConfigForm(ChannelConfigForm):
    """A bot on commercial terms."""

    secret_names = ("auth_tokens",)
    sections = ((_("The bot"), ("uri", "auth_tokens")),)

    uri = forms.RegexField(
        label=_("URI of the bot"),
        regex=r"^[0-9a-zA-Z_.-]{2,64}\Z",
        required=False,
        max_length=64,
        error_messages={"invalid": _("A URI has 2 to 64 letters, digits, dots, hyphens and _.")},
        help_text=_("In Viber: the bot › Edit info. Customers find the bot at viber://pa?chatURI= and this name."),
    )
    auth_tokens = LinesField(
        label=_("authentication token"),
        widget=SecretTextarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "In Viber: More › Settings › Bots › Edit info › Your app key, or in the Viber admin panel (partners.viber.com). Bots are made "
            "on commercial terms only: Viber charges a monthly fee and for messages that you begin. To change the token, put the new one "
            "first and remove the old one when Viber uses the new one."
        ),
    )

    def clean_auth_tokens(self) -> list[str]:
        for token in self.cleaned_data["auth_tokens"]:
            if not _TOKEN.fullmatch(token):
                raise ValidationError(
                    _("A token looks like 445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9."), code="invalid"
                )
        return list(self.cleaned_data["auth_tokens"])

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        token = "-".join(random.token_hex(8) for _part in range(3))
        return {"uri": "trialbot"}, {"auth_tokens": [token]}
