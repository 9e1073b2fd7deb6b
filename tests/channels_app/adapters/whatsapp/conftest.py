"""A fake Cloud API and an adapter that talks to it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from channels_app.adapters.base import ChannelConfig, InboundItem, RawEvent
from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from tests.support.whatsapp_fake import WhatsAppFake, running_whatsapp_fake

PAYLOADS = Path(__file__).resolve().parent / "payloads"


@pytest.fixture
def graph(settings: Any) -> Iterator[WhatsAppFake]:
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_whatsapp_fake() as fake:
        yield fake


@pytest.fixture
def adapter(graph: WhatsAppFake) -> WhatsAppAdapter:
    config = ChannelConfig(uuid="u", config=graph.config, secrets=graph.secrets, site_url="https://desk.example")
    return WhatsAppAdapter(config)


@pytest.fixture
def read_payload() -> Callable[..., list[InboundItem]]:
    """The items of a payload file, read by a channel with these settings."""

    def read(name: str, **config: Any) -> list[InboundItem]:
        event = RawEvent(body=(PAYLOADS / f"{name}.json").read_bytes(), content_type="application/json")
        return WhatsAppAdapter(ChannelConfig(config=config)).parse(event)

    return read


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """A payload file as a value that a test may change."""
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text())
