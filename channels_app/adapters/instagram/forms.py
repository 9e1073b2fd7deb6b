"""The settings of an Instagram channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.meta.forms import MetaConfigForm, id_field

LOGINS = (
    ("facebook", _("through a linked Facebook page")),
    ("instagram", _("directly (Instagram login)")),
)


class InstagramConfigForm(MetaConfigForm):
    """One professional account and the app that reads and writes for it."""

    sections = (
        (_("Account"), ("account_id", "username", "login", "page_id", "access_token")),
        (_("App"), ("app_id", "app_secrets", "verify_token")),
    )

    account_id = id_field(
        _("account id"),
        _(
            "App dashboard → Instagram → API setup shows it beside the account's name; business and creator accounts only. "
            "It begins with 1784."
        ),
    )
    username = forms.RegexField(
        r"^[A-Za-z0-9._]{1,30}$",
        label=_("user name"),
        required=False,
        error_messages={"invalid": _("A user name has 1 to 30 letters, digits, dots and _, without the @.")},
        help_text=_("Without the @. It makes the link ig.me/m/name, and tells your own comments from those of others."),
    )
    login = forms.ChoiceField(
        label=_("connected"),
        choices=LOGINS,
        required=False,
        help_text=_(
            "How the app reaches the account. Through a page, files are uploaded; directly, Instagram fetches them from "
            "this helpdesk's public address."
        ),
    )
    page_id = id_field(_("page id"), _("The linked Facebook page; not needed when connected directly."), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["access_token"].help_text = _(
            "Through a page: the page's token with instagram_manage_messages and instagram_manage_comments. Directly: "
            "App dashboard → Instagram → API setup → Generate token; it runs out after 60 days. In the Instagram app, allow "
            "access to messages under Settings → Messages → Connected tools."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("login"):
            cleaned["login"] = "facebook"
        if cleaned["login"] == "facebook" and not cleaned.get("page_id") and "page_id" not in self.errors:
            self.add_error("page_id", _("Enter the id of the page that the account is linked with."))
        return cleaned

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        config = {
            "account_id": "17841400000000001",
            "page_id": "100200300400500",
            "app_id": "900800700600500",
            "username": "acme.shop",
            "login": "facebook",
        }
        return config, self.trial_secrets()
