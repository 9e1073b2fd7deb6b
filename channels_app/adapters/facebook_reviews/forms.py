"""The settings of a channel for the recommendations of a Facebook page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_app.adapters.meta.forms import MetaConfigForm, id_field


class FacebookReviewsConfigForm(MetaConfigForm):
    """One page, its token, and the app whose webhook tells of new recommendations (polling finds them as well)."""

    sections = (
        (_("Page"), ("page_id", "access_token")),
        (_("App"), ("app_id", "app_secrets", "verify_token")),
    )

    page_id = id_field(_("page id"), _("Page → About → Page transparency, or Business settings → Accounts → Pages."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["access_token"].help_text = _(
            "A page access token that does not expire: Business settings → System users → Generate token, for this page. It needs "
            "pages_read_user_content to read recommendations and pages_manage_engagement to answer them."
        )

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"page_id": "100200300400500", "app_id": "900800700600500"}, self.trial_secrets()
