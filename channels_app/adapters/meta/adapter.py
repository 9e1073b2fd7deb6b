"""What the adapters of pages and Instagram accounts do alike."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from django.utils.translation import gettext as _

from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    InboundAttachment,
    InboundItem,
    RawEvent,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.meta.events import Account, Readers, parse_events
from channels_app.adapters.meta.graph import FACEBOOK_URL, GraphClient
from channels_app.adapters.meta.signing import HEADER, answer_challenge, sign_body, verify_body
from channels_app.adapters.meta.simulating import simulate_turn
from channels_app.adapters.trial_files import fetch_trial_file
from helpdesk.common import http


class MetaAdapter(ChannelAdapter):
    """Signed webhooks in, the Graph API out."""

    @property
    def base_url(self) -> str:
        """Where the Graph API answers; a hidden setting for tests."""
        return self.setting("base_url") or FACEBOOK_URL

    @property
    def app_secrets(self) -> list[str]:
        return self.channel.secret_list("app_secrets")

    @property
    def verify_tokens(self) -> list[str]:
        return self.channel.secret_list("verify_token")

    @property
    def token(self) -> str:
        return str(self.channel.secrets.get("access_token") or "")

    def setting(self, name: str) -> str:
        """A setting as text; "" where it is missing."""
        return str(self.channel.config.get(name) or "")

    def client(self) -> GraphClient:
        """The account's way to the Graph API."""
        return GraphClient(token=self.token, app_secret=next(iter(self.app_secrets), ""), base_url=self.base_url)

    def verify(self, request: WebhookRequest) -> None:
        verify_body(request.headers, request.body, self.app_secrets)

    def handshake(self, request: WebhookRequest) -> tuple[str, bytes] | None:
        return answer_challenge(request.query, self.verify_tokens)

    def sign(self, body: bytes) -> dict[str, str]:
        if not self.app_secrets:
            raise AdapterError("no_secret", _("This channel has no app secret."), permanent=True)
        return {HEADER: sign_body(body, self.app_secrets[0])}

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        """Bring a file from the provider's servers; its address holds its own proof, so no token goes there."""
        if attachment.content is not None or not attachment.url:
            return attachment
        trial = fetch_trial_file(attachment)
        if trial is not None:
            return trial
        try:
            answer = http.call("GET", attachment.url)
        except http.HttpError as error:
            raise AdapterError(error.code, error.message, permanent=error.is_permanent) from error
        if answer.status != 200:
            is_temporary = answer.status >= 500 or answer.status in (408, 425, 429)
            text = _("The file could not be fetched (%(status)d).") % {"status": answer.status}
            raise AdapterError(f"http_{answer.status}", text, permanent=not is_temporary)
        claimed = answer.headers.get("content-type", "").partition(";")[0].strip()
        return replace(attachment, content=answer.content, content_type=claimed or attachment.content_type)


class MetaMessagingAdapter(MetaAdapter, ABC):
    """Private messages and comments. Subclasses name the account, read its events and send."""

    can = Can.SEND | Can.WEBHOOK | Can.ATTACH | Can.READ_RECEIPTS | Can.CHOICES | Can.PUBLIC | Can.PRIVATE_REPLY
    # https://developers.facebook.com/docs/messenger-platform/policy/policy-overview: 24 hours, people seven days with HUMAN_AGENT
    messaging_window: ClassVar[timedelta | None] = timedelta(hours=24)
    extended_window: ClassVar[timedelta | None] = timedelta(days=7)
    readers: ClassVar[Readers]

    @property
    @abstractmethod
    def account(self) -> Account:
        """Whose events are ours."""

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_events(event, self.account, self.readers)

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        return simulate_turn(turn, self.account)
