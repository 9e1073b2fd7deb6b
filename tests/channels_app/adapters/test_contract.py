"""What every kind of channel promises, over all registered ones."""

import contextlib
import dataclasses
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    Can,
    ChannelConfig,
    InboundItem,
    OutboundMessage,
    ParseError,
    RawEvent,
    SignatureError,
    SimulatedTurn,
    WebhookRequest,
)
from channels_app.forms import ChannelConfigForm
from channels_app.registry import adapter_class, identity_kind_choices, kind_choices, kinds
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput

# What a provider of each kind delivers stands in the kind's own folder as payloads/example.<ending>.
CONTENT_TYPES = {
    ".json": "application/json",
    ".eml": "message/rfc822",
    ".xml": "text/xml",
    ".form": "application/x-www-form-urlencoded",
    ".txt": "text/plain",
}
HERE = Path(__file__).resolve().parent


def example_file(kind):
    found = sorted((HERE / kind / "payloads").glob("example.*"))
    assert found, f"tests/channels_app/adapters/{kind}/payloads/example.* is missing"
    return found[0]


HOSTILE = [b"", b"\0", b"\xff\xfe" * 100, b"{" * 5000, b"From: " + b"(" * 1000 + b"\n\nx", b"<" * 5000]


@pytest.fixture(params=kinds())
def kind(request):
    return request.param


@pytest.fixture
def bare(kind):
    """An adapter of a channel that nobody has configured."""
    return adapter_class(kind)(ChannelConfig())


@pytest.fixture
def event(kind):
    file = example_file(kind)
    return RawEvent(body=file.read_bytes(), content_type=CONTENT_TYPES[file.suffix], received_at=now())


def test_kind_says_what_it_is(kind):
    adapter = adapter_class(kind)
    assert adapter.kind == kind
    assert str(adapter.label)
    assert adapter.identity_kind
    assert issubclass(adapter.config_form, ChannelConfigForm)
    assert kind in dict(kind_choices())
    assert adapter.identity_kind in dict(identity_kind_choices())


def test_kind_that_nobody_declared_is_refused():
    with pytest.raises(InvalidInput):
        adapter_class("pigeon")


def test_every_setting_says_where_to_find_its_value(kind):
    form = adapter_class(kind).config_form()
    assert set(form.secret_names) <= set(form.fields)
    assert all(field.label for field in form.fields.values())


def test_example_is_read_into_items(bare, event):
    items = bare.parse(event)
    assert items
    assert all(isinstance(item, InboundItem) and len(item.dedup_key) == 32 for item in items)
    assert all(item.sent_at is None or item.sent_at.tzinfo is not None for item in items)
    assert all(isinstance(item.sent_at, datetime) for item in items)


def test_reading_twice_gives_equal_items_and_keys(bare, event):
    assert bare.parse(event) == bare.parse(event)
    assert bare.event_key(event) == bare.event_key(dataclasses.replace(event, received_at=None))
    assert len(bare.event_key(event)) == 32


def test_items_cannot_be_changed(bare, event):
    with pytest.raises(dataclasses.FrozenInstanceError):
        bare.parse(event)[0].external_id = "other"


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bytes_are_read_or_refused_as_a_parse_error(bare, body):
    hostile = RawEvent(body=body)
    assert len(bare.event_key(hostile)) == 32
    with contextlib.suppress(ParseError):
        assert all(isinstance(item, InboundItem) for item in bare.parse(hostile))


def test_unconfigured_channel_is_closed_to_webhooks(bare, event):
    request = WebhookRequest(method="POST", body=event.body, headers={}, query={}, url="https://x/", received_at=now())
    with pytest.raises(SignatureError):
        bare.verify(request)


def test_what_the_kind_signs_it_accepts(kind, event):
    form_class = adapter_class(kind).config_form
    if Can.WEBHOOK not in adapter_class(kind).can:
        return
    config, secrets = form_class({}).trial_settings()
    adapter = adapter_class(kind)(ChannelConfig(uuid="u", config=config, secrets=secrets, site_url="https://x"))
    request = signed(adapter, event.body, content_type=event.content_type)
    adapter.verify(request)
    if not adapter.signs_body:
        return
    with pytest.raises(SignatureError):
        adapter.verify(dataclasses.replace(request, body=event.body + b" "))


def signed(adapter, body, **headers):
    """The request that the provider would make with this body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {name.lower(): value for name, value in adapter.sign(body).items()}
    query = adapter.sign_query(body)
    url = f"{adapter.webhook_url}?{urlencode(query)}" if query else adapter.webhook_url
    return WebhookRequest(method="POST", body=body, headers=named, query=query, url=url, received_at=now())


def test_trial_settings_are_complete(kind):
    form_class = adapter_class(kind).config_form
    config, secrets = form_class({}).trial_settings()
    form = form_class({**config, **secrets})
    assert form.is_valid(), form.errors


def test_made_up_customer_is_read_like_a_real_one(kind):
    config, secrets = adapter_class(kind).config_form({}).trial_settings()
    adapter = adapter_class(kind)(ChannelConfig(uuid="u", config=config, secrets=secrets, site_url="https://x"))
    turns = [
        SimulatedTurn(act=act, person=1, name="Carla Cruz", text="Where is my order?", serial=serial, at=now())
        for serial, act in enumerate(("text", "image", "location", "comment", "review", "call"))
    ]
    calls = [call for call in map(adapter.simulate, turns) if call is not None]
    assert calls
    for call in calls:
        event = RawEvent(
            body=call.body, headers=call.headers, content_type=call.content_type, meta={"query": dict(call.query)}
        )
        assert adapter.parse(event)


def test_kind_says_what_it_is_for(kind):
    assert str(adapter_class(kind).summary)


def test_unconfigured_channel_refuses_to_send_for_good(bare):
    message = OutboundMessage(uuid="u1", recipient=Address(address="carla@customer.example"), text="Hi")
    with pytest.raises(AdapterError) as refusal:
        bare.send(message)
    assert refusal.value.permanent
    assert not refusal.value.is_uncertain


def test_unconfigured_channel_says_what_to_do(bare):
    findings = bare.check()
    assert any(not finding.is_ok and finding.advice for finding in findings)


def test_normalised_address_is_its_own_normal_form(kind):
    normalise = adapter_class(kind).normalise_address
    for raw in (" Carla@Customer.example ", "c1", "", "Jürgen@Müller.example"):
        assert normalise(normalise(raw)) == normalise(raw)
