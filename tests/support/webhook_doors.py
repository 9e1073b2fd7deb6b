"""Every kind that takes webhooks, with a channel behind its door and calls that its provider could have made."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from channels_app.adapters.base import Can
from channels_app.adapters.wechat.envelope import Account, seal
from channels_app.models import Channel
from channels_app.registry import adapter_class, adapter_for, kinds
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.hostile_payloads import event_of, payload_files

SAFE_WECHAT = "wechat in safe mode"
DOORS = [*(kind for kind in kinds() if Can.WEBHOOK in adapter_class(kind).can), SAFE_WECHAT]
# The provider signs a time beside the body, so that an old call can be told from a new one.
TIMED = ("api", "wechat", SAFE_WECHAT)
# The provider proves who it is and nothing about the body.
UNSIGNED_BODIES = ("telegram", "wechat")


@dataclass(frozen=True, kw_only=True)
class SignedCall:
    """A call as the provider signs it."""

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Door:
    """A trial channel of one kind, seen from outside."""

    channel: Channel
    body: bytes
    content_type: str
    is_sealed: bool = False

    def sign(self, body: bytes | None = None) -> SignedCall:
        """What the provider would send now."""
        adapter = adapter_for(self.channel)
        content = self.body if body is None else body
        if self.is_sealed:
            content = sealed(self.channel, content)
        return SignedCall(
            body=content,
            content_type=self.content_type,
            headers=adapter.sign(content),
            query=adapter.sign_query(content),
        )

    def post(self, call: SignedCall, **changes: Any) -> HttpResponse:
        """Deliver a call, with other ``body``, ``headers`` or ``query`` where given."""
        query = changes.get("query", call.query)
        path = f"/hooks/{self.channel.kind}/{self.channel.uuid}/" + (f"?{urlencode(query)}" if query else "")
        answer: HttpResponse = Client().post(
            path,
            changes.get("body", call.body),
            content_type=call.content_type,
            headers={name.lower(): value for name, value in changes.get("headers", call.headers).items()},
        )
        return answer


def open_door(name: str) -> Door:
    """The door of a kind, with a made-up account behind it and its example payload in front."""
    kind = "wechat" if name == SAFE_WECHAT else name
    config, stored = adapter_class(kind).config_form({}).trial_settings()
    if name == SAFE_WECHAT:
        config, stored = {**config, "mode": "aes"}, {**stored, "aes_keys": [make_aes_key()]}
    channel = make_channel(kind=kind, config=config, secrets=stored)
    event = event_of(next(file for file in payload_files(kind) if file.stem == "example"))
    return Door(channel=channel, body=event.body, content_type=event.content_type, is_sealed=name == SAFE_WECHAT)


def sealed(channel: Channel, body: bytes) -> bytes:
    """A body as WeChat encrypts it for this channel."""
    return seal(body, Account.of(channel.as_config()), at=int(now().timestamp()), nonce=secrets.token_hex(4))


def make_aes_key() -> str:
    """43 letters and digits."""
    return (secrets.token_hex(32))[:43]


def signing_secrets(channel: Channel) -> dict[str, list[str]]:
    """The secrets with which the provider signs for this channel, by their names: lists, so that they can be changed."""
    return {name: value for name, value in channel.read_secrets().items() if isinstance(value, list)}
