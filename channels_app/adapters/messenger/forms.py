"""The settings of a Messenger channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_app.adapters.meta.forms import MetaConfigForm, id_field


class MessengerConfigForm(MetaConfigForm):
    """One Facebook page and the app that reads and writes for it."""

    sections = (
        (_("Page"), ("page_id", "username", "access_token")),
        (_("App"), ("app_id", "app_secrets", "verify_token")),
    )

    page_id = id_field(_("page id"), _("Page → About → Page transparency, or Business settings → Accounts → Pages."))
    username = forms.RegexField(
        r"^[A-Za-z0-9.]{1,100}$",
        label=_("page's user name"),
        required=False,
        error_messages={"invalid": _("A page's user name has letters, digits and dots, without the @.")},
        help_text=_(
            "What follows the @ under the page's name. It makes the short link m.me/name; empty: the id is used."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["access_token"].help_text = _(
            "App dashboard → Messenger → Settings → Generate token, for this page. It needs pages_messaging, "
            "pages_manage_metadata, pages_read_engagement, pages_manage_engagement and pages_read_user_content; answers after "
            "24 hours also need the feature Human Agent."
        )

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"page_id": "100200300400500", "app_id": "900800700600500", "username": "acme"}, self.trial_secrets()
