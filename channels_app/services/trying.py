"""Trying a channel out before there is an account: made-up customers write through the real code path, and nothing leaves."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can, ChannelAdapter, RawEvent, SimulatedCall, SimulatedTurn, WebhookRequest
from channels_app.models import Channel, MessageTemplate
from channels_app.registry import adapter_class, adapter_for
from channels_app.services.channels import create_channel
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from helpdesk.common.errors import Unprocessable

# What a provider might have approved, so that writing first can be tried as well.
_TEMPLATES = (
    {
        "name": "order_update",
        "language": "en",
        "body": "Hello {{1}}, your order {{2}} is on its way.",
        "variables": ["1", "2"],
    },
    {"name": "still_there", "language": "en", "body": "Hello {{1}}, may we still help you?", "variables": ["1"]},
)
ACTS = ("text", "image", "location", "voice", "comment", "review", "call")


@transaction.atomic
def create_trial_channel(*, kind: str) -> Channel:
    """A channel with made-up settings on which nothing leaves. Its customers and tickets are demo and count in no figure."""
    config, made_secrets = adapter_class(kind).config_form({}).trial_settings()
    channel = create_channel(
        kind=kind,
        slug=f"try-{kind}-{secrets.token_hex(3)}".replace("_", "-"),
        name=_("%(kind)s (trial)") % {"kind": adapter_class(kind).label},
        config=config,
        secrets=made_secrets,
        is_demo=True,
    )
    channel.is_simulated, channel.is_listed = True, False
    channel.save(update_fields=["is_simulated", "is_listed"])
    if Can.TEMPLATES in adapter_class(kind).can:
        MessageTemplate.objects.bulk_create(MessageTemplate(channel=channel, **values) for values in _TEMPLATES)
    return channel


def possible_acts(channel: Channel) -> list[str]:
    """What a made-up customer can do on this channel."""
    adapter = adapter_for(channel)
    turn = SimulatedTurn(person=1, name="Nora", text="Hello", serial=1, at=now())
    return [act for act in ACTS if adapter.simulate(replace(turn, act=act)) is not None]


def act_as_customer(*, channel_id: int, act: str, person: int, name: str, text: str, status_of: str = "") -> list[int]:
    """Let a made-up customer do something; returns the ids of the stored events, which then go the way of all events.

    A webhook is signed and verified like the provider's own. Raises Unprocessable on a channel with an account: customers there are
    real ("not_a_trial"), and for what the kind does not have ("unknown_act").
    """
    channel = Channel.objects.select_related("brand").get(pk=channel_id)
    if not channel.is_simulated:
        raise Unprocessable("not_a_trial", _("Made-up customers write on trial channels only."))
    adapter = adapter_for(channel)
    turn = SimulatedTurn(
        act=act, person=person, name=name, text=text, serial=secrets.randbits(44), at=now(), status_of=status_of
    )
    call = adapter.simulate(turn)
    if call is None:
        raise Unprocessable("unknown_act", _("Nobody can do that on this channel."), fields={"act": "unknown"})
    return store_events(channel=channel, events=_as_events(adapter, call))


def report_as_provider(*, channel: Channel, external_id: str) -> None:
    """Tell about a message on a trial channel what a provider would tell: delivered, then read."""
    adapter = adapter_for(channel)
    for act in ("delivered", "read"):
        turn = SimulatedTurn(act=act, person=1, name="", serial=secrets.randbits(44), at=now(), status_of=external_id)
        call = adapter.simulate(turn)
        if call is not None:
            store_events(channel=channel, events=_as_events(adapter, call))


def signed_request(adapter: ChannelAdapter, call: SimulatedCall) -> WebhookRequest:
    """The request with which the provider would deliver a call, signed with the channel's own secret."""
    query = {**call.query, **adapter.sign_query(call.body)}
    url = f"{adapter.webhook_url}?{urlencode(query)}" if query else adapter.webhook_url
    headers = {"content-type": call.content_type, **call.headers, **adapter.sign(call.body)}
    return WebhookRequest(
        method="POST",
        body=call.body,
        headers={name.lower(): value for name, value in headers.items()},
        query=query,
        url=url,
        received_at=now(),
    )


def _as_events(adapter: ChannelAdapter, call: SimulatedCall) -> Sequence[RawEvent]:
    if Can.WEBHOOK not in adapter.can:
        return [RawEvent(body=call.body, headers=call.headers, content_type=call.content_type, source="trial")]
    request = signed_request(adapter, call)
    adapter.verify(request)
    meta = {"query": dict(request.query)} if request.query else {}
    return [
        RawEvent(
            body=request.body, headers=request.headers, content_type=call.content_type, received_at=request.received_at,
            source="trial", meta=meta,
        )
    ]  # fmt: skip
