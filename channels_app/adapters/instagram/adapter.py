"""The instagram channel: direct messages, story replies and mentions, comments under media, mentions elsewhere."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    Finding,
    InboundItem,
    InboundMessage,
    Limits,
    OutboundAttachment,
    OutboundMessage,
    Receipt,
    SendRate,
)
from channels_app.adapters.instagram.forms import InstagramConfigForm
from channels_app.adapters.meta.adapter import MetaMessagingAdapter
from channels_app.adapters.meta.checking import check_account, check_secrets, check_subscription, check_token
from channels_app.adapters.meta.comments import USERNAME_KIND, read_media_comment, read_mention
from channels_app.adapters.meta.completing import with_mention, with_name, with_post
from channels_app.adapters.meta.events import Account, Readers
from channels_app.adapters.meta.graph import INSTAGRAM_URL, GraphClient
from channels_app.adapters.meta.messaging import read_messaging
from channels_app.adapters.meta.sending import (
    CHOICE_TITLE_CHARACTERS,
    MOST_CHOICES,
    link_attachment,
    send_media_comment,
    send_private,
    upload_attachment,
)

MESSAGING_FIELDS = (
    *("messages", "messaging_postbacks", "messaging_seen", "messaging_referral", "message_reactions"),
    *("message_edit", "messaging_handover", "standby"),
)
# Webhook fields of the account itself, where it is connected directly; a page's app has them in its dashboard.
DIRECT_FIELDS = (*MESSAGING_FIELDS, "comments", "live_comments", "mentions")
PAGE_FIELDS = ("messages", "messaging_postbacks", "message_reactions", "messaging_handovers", "standby", "feed")
SCOPES = ("instagram_basic", "instagram_manage_messages", "instagram_manage_comments", "pages_manage_metadata")
_MEGABYTE = 1024 * 1024
_MOST = 25 * _MEGABYTE


class InstagramAdapter(MetaMessagingAdapter):
    """Professional accounts; what is read and sent stands in docs/channels/instagram.md."""

    kind = "instagram"
    label = gettext_lazy("Instagram")
    identity_kind = "instagram"
    other_identity_kinds = {USERNAME_KIND: gettext_lazy("Instagram user name")}
    icon = "image"
    summary = gettext_lazy(
        "Direct messages, story replies, comments and mentions of a business or creator account. Needs a Meta app, and "
        "Meta's review of it before strangers' messages reach it; there is no charge."
    )
    config_form = InstagramConfigForm
    # https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message: 1,000 bytes, and these types
    send_rate = SendRate(messages=100)  # The Send API for texts of one account.
    limits = Limits(
        text=1000,
        public_text=2200,
        unit="bytes",
        files_apart=True,
        file_bytes={
            **dict.fromkeys(("image/png", "image/jpeg", "image/gif"), 8 * _MEGABYTE),
            **dict.fromkeys(("audio/aac", "audio/mp4", "audio/x-m4a", "audio/m4a", "audio/wav", "audio/x-wav"), _MOST),
            **dict.fromkeys(("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"), _MOST),
            "application/pdf": _MOST,
        },
        choices=MOST_CHOICES,
        choice_title=CHOICE_TITLE_CHARACTERS,
    )
    readers = Readers(
        messaging=read_messaging,
        changes={"comments": read_media_comment, "live_comments": read_media_comment, "mentions": read_mention},
        messaging_fields=frozenset(MESSAGING_FIELDS),
    )

    @property
    def account(self) -> Account:
        return Account(
            object_name="instagram",
            account_id=self.setting("account_id"),
            username=self.setting("username"),
            app_id=self.setting("app_id"),
        )

    @property
    def is_direct(self) -> bool:
        """Connected without a Facebook page."""
        return self.setting("login") == "instagram"

    @property
    def base_url(self) -> str:
        return self.setting("base_url") or (INSTAGRAM_URL if self.is_direct else super().base_url)

    def send(self, message: OutboundMessage) -> Receipt:
        client = self.client()
        if message.is_public:
            return send_media_comment(client, message, account_id=self.setting("account_id"))
        return send_private(client, message, attach=self._attach, is_page=False)

    def _attach(self, client: GraphClient, attachment: OutboundAttachment) -> dict[str, Any]:
        if self.is_direct:
            return link_attachment(client, attachment)
        return upload_attachment(client, attachment, path="me/message_attachments", platform="instagram")

    def complete(self, item: InboundItem) -> InboundItem:
        if not isinstance(item, InboundMessage) or item.is_echo:
            return item
        client, scope = self.client(), self.channel.uuid
        if "mention" in item.details:
            return with_mention(client, item, account_id=self.setting("account_id"))
        if item.is_public:
            return with_post(client, item, scope=scope, fields=("caption", "permalink"))
        return with_name(client, item, scope=scope, fields="name,username")

    def check(self) -> list[Finding]:
        findings = check_secrets(app_secrets=self.app_secrets, verify_tokens=self.verify_tokens, token=self.token)
        if not self.token:
            return findings
        client, account_id = self.client(), self.setting("account_id")
        path, fields = ("me", "user_id,username") if self.is_direct else (account_id, "id,username")
        account = check_account(client, path=path, fields=fields, expected_id=account_id)
        findings.append(account)
        if not account.is_ok:
            return findings
        wanted = DIRECT_FIELDS if self.is_direct else PAGE_FIELDS
        findings.append(check_subscription(client, path="me/subscribed_apps", wanted=wanted))
        return [*findings, self._check_token(client)]

    def _check_token(self, client: GraphClient) -> Finding:
        if self.is_direct:
            # The token of an Instagram login can only be asked for its end by renewing it.
            advice = _("Make a new access token every 60 days: Instagram does not say when one runs out.")
            return Finding(is_ok=True, what=_("When the access token runs out is not known."), advice=advice)
        app_secret = next(iter(self.app_secrets), "")
        return check_token(
            client, app_id=self.setting("app_id"), app_secret=app_secret, token=self.token, scopes=SCOPES
        )

    def public_link(self) -> str:
        username = self.setting("username")
        return f"https://ig.me/m/{username}" if username else ""
