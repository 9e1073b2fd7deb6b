"""The messenger channel: private messages to a Facebook page, comments under its posts, posts of visitors."""

from django.utils.translation import gettext_lazy

from channels_app.adapters.base import (
    Finding,
    InboundItem,
    InboundMessage,
    Limits,
    OutboundMessage,
    Receipt,
    SendRate,
)
from channels_app.adapters.messenger.forms import MessengerConfigForm
from channels_app.adapters.meta.adapter import MetaMessagingAdapter
from channels_app.adapters.meta.checking import check_account, check_secrets, check_subscription, check_token
from channels_app.adapters.meta.comments import read_feed
from channels_app.adapters.meta.completing import with_name, with_post
from channels_app.adapters.meta.events import Account, Readers, ignored
from channels_app.adapters.meta.messaging import read_messaging
from channels_app.adapters.meta.sending import (
    CHOICE_TITLE_CHARACTERS,
    MOST_CHOICES,
    send_page_comment,
    send_private,
    upload_attachment,
)

FIELDS = (
    *(
        "messages",
        "messaging_postbacks",
        "messaging_referrals",
        "message_deliveries",
        "message_reads",
        "message_echoes",
    ),
    *("message_edits", "message_reactions", "messaging_handovers", "standby", "feed"),
)
SCOPES = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")
_MEGABYTE = 1024 * 1024


class MessengerAdapter(MetaMessagingAdapter):
    """Facebook pages; what is read and sent stands in docs/channels/messenger.md."""

    kind = "messenger"
    label = gettext_lazy("Messenger")
    identity_kind = "messenger"
    icon = "message-circle"
    summary = gettext_lazy(
        "Messages to a Facebook page and comments under its posts. Needs a page, a Meta app, and Meta's review of the app "
        "before strangers' messages reach it; there is no charge."
    )
    config_form = MessengerConfigForm
    # https://developers.facebook.com/docs/messenger-platform/reference/send-api: 2,000 characters; pictures 8 MB, other files 25 MB
    send_rate = SendRate(messages=300)  # The Send API for texts of one page.
    limits = Limits(
        text=2000,
        public_text=8000,
        files_apart=True,
        file_bytes={"image/": 8 * _MEGABYTE, "": 25 * _MEGABYTE},
        choices=MOST_CHOICES,
        choice_title=CHOICE_TITLE_CHARACTERS,
    )
    readers = Readers(
        messaging=read_messaging,
        changes={"feed": read_feed, "ratings": lambda value, place: [ignored("ratings", value, place)]},
    )

    @property
    def account(self) -> Account:
        return Account(
            object_name="page",
            account_id=self.setting("page_id"),
            username=self.setting("username"),
            app_id=self.setting("app_id"),
        )

    def send(self, message: OutboundMessage) -> Receipt:
        client = self.client()
        if message.is_public:
            return send_page_comment(client, message)
        return send_private(
            client,
            message,
            attach=lambda way, file: upload_attachment(way, file, path="me/message_attachments"),
            is_page=True,
        )

    def complete(self, item: InboundItem) -> InboundItem:
        if not isinstance(item, InboundMessage) or item.is_echo:
            return item
        client, scope = self.client(), self.channel.uuid
        if item.is_public:
            return with_post(client, item, scope=scope, fields=("message", "permalink_url"))
        return with_name(client, item, scope=scope, fields="first_name,last_name")

    def check(self) -> list[Finding]:
        findings = check_secrets(app_secrets=self.app_secrets, verify_tokens=self.verify_tokens, token=self.token)
        if not self.token:
            return findings
        client, page_id = self.client(), self.setting("page_id")
        account = check_account(client, path="me", fields="id,name", expected_id=page_id)
        findings.append(account)
        if not account.is_ok:
            return findings
        findings.append(check_subscription(client, path="me/subscribed_apps", wanted=FIELDS))
        findings.append(
            check_token(
                client,
                app_id=self.setting("app_id"),
                app_secret=next(iter(self.app_secrets), ""),
                token=self.token,
                scopes=SCOPES,
            )
        )
        return findings

    def public_link(self) -> str:
        name = self.setting("username") or self.setting("page_id")
        return f"https://m.me/{name}" if name else ""
