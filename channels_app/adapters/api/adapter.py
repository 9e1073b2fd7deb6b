"""The api channel: any system posts signed JSON messages and gets replies at its own URL."""

import json
import uuid
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.api.client import as_payload, post_signed, read_receipt
from channels_app.adapters.api.forms import ApiConfigForm
from channels_app.adapters.api.parse import parse_items
from channels_app.adapters.api.signing import sign_headers, verify_headers
from channels_app.adapters.base import (
    AdapterError,
    Can,
    ChannelAdapter,
    Finding,
    InboundAttachment,
    InboundItem,
    OutboundMessage,
    RawEvent,
    Receipt,
    SignatureError,
    SimulatedCall,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.adapters.review_values import IDENTITY_KINDS
from helpdesk.common import http
from helpdesk.common.clock import now


class ApiAdapter(ChannelAdapter):
    """Signed JSON in and out; the format stands in docs/channels/api.md."""

    kind = "api"
    label = gettext_lazy("API")
    identity_kind = "api"
    other_identity_kinds = IDENTITY_KINDS
    icon = "plug"
    summary = gettext_lazy("Any system of yours that posts signed messages and takes replies at its own address.")
    can = (
        Can.SEND
        | Can.WEBHOOK
        | Can.ATTACH
        | Can.HTML
        | Can.SUBJECT
        | Can.IDEMPOTENT_SEND
        | Can.READ_RECEIPTS
        | Can.PUBLIC
    )
    config_form = ApiConfigForm

    @property
    def _secrets(self) -> list[str]:
        return self.channel.secret_list("signing_secrets")

    @property
    def _deliver_url(self) -> str:
        return str(self.channel.config.get("deliver_url") or "")

    def verify(self, request: WebhookRequest) -> None:
        if not self._secrets:
            raise SignatureError("this channel has no secret, so nothing can be signed for it")
        verify_headers(request.headers, body=request.body, secrets=self._secrets, at=request.received_at)

    def parse(self, event: RawEvent) -> list[InboundItem]:
        return parse_items(event.body)

    def choose_external_id(self, *, message_uuid: str, reply_token: str) -> str:
        # Until the receiver names an id of its own, so that a status that overtakes its answer is not lost.
        return message_uuid

    def send(self, message: OutboundMessage) -> Receipt:
        url, secret = self._delivery()
        return read_receipt(post_signed(url, as_payload(message), message_id=message.uuid, secret=secret), message)

    def fetch_media(self, attachment: InboundAttachment) -> InboundAttachment:
        if attachment.content is not None or not attachment.url:
            return attachment
        try:
            answer = http.call("GET", attachment.url)
        except http.HttpError as error:
            raise AdapterError(error.code, error.message, permanent=error.is_permanent) from error
        if answer.status != 200:
            is_temporary = answer.status >= 500 or answer.status in (408, 425, 429)
            text = _("The file could not be fetched (%(status)d).") % {"status": answer.status}
            raise AdapterError(f"http_{answer.status}", text, permanent=not is_temporary)
        return replace(attachment, content=answer.content)

    def check(self) -> list[Finding]:
        findings = [self._check_secrets()]
        if not self._deliver_url:
            advice = _("Enter the URL that takes replies. Until then this channel only takes messages in.")
            return [*findings, Finding(is_ok=False, what=_("No delivery URL is set."), advice=advice)]
        try:
            url, secret = self._delivery()
            post_signed(
                url, {"type": "ping", "id": f"ping-{uuid.uuid4()}"}, message_id=f"ping-{uuid.uuid4()}", secret=secret
            )
        except AdapterError as error:
            advice = _(
                "The receiver must answer a signed POST with a 2xx status; a message of type “ping” can be ignored."
            )
            return [*findings, Finding(is_ok=False, what=error.message, advice=advice)]
        return [*findings, Finding(is_ok=True, what=_("The delivery URL took a signed test message."))]

    def sign(self, body: bytes) -> dict[str, str]:
        if not self._secrets:
            raise AdapterError("no_secret", _("This channel has no signing secret."), permanent=True)
        return sign_headers(message_id=f"msg_{uuid.uuid4().hex}", at=now(), body=body, secret=self._secrets[0])

    def simulate(self, turn: SimulatedTurn) -> SimulatedCall | None:
        if turn.act in ("delivered", "read"):
            item: dict[str, object] = {"type": "status", "status": turn.act, "status_of": turn.status_of}
        elif turn.act == "review":
            item = {
                "type": "review",
                "id": f"trial-{turn.serial}",
                "author": {"name": turn.name},
                "rating": 1 + (turn.person + turn.serial) % 5,
                "text": turn.text,
                "sent_at": turn.at.isoformat(),
            }
        elif turn.act == "text":
            item = {
                "type": "message",
                "id": f"trial-{turn.serial}",
                "sender": {"id": f"person-{turn.person}", "name": turn.name},
                "text": turn.text,
                "sent_at": turn.at.isoformat(),
            }
        else:
            return None
        return SimulatedCall(body=json.dumps({"items": [item]}).encode())

    def _check_secrets(self) -> Finding:
        count = len(self._secrets)
        if not count:
            advice = _("Enter a signing secret. Without one every incoming call is refused.")
            return Finding(is_ok=False, what=_("No signing secret is set."), advice=advice)
        return Finding(is_ok=True, what=_("Signing secrets set: %(count)d.") % {"count": count})

    def _delivery(self) -> tuple[str, str]:
        """Where to post and the secret that signs. Raises AdapterError when either is not set."""
        if not self._deliver_url:
            raise AdapterError("no_delivery_url", _("This channel has no delivery URL."), permanent=True)
        if not self._secrets:
            raise AdapterError("no_secret", _("This channel has no signing secret."), permanent=True)
        return self._deliver_url, self._secrets[0]
