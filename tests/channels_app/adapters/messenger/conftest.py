"""A page at a local Graph API."""

from collections.abc import Iterator

import pytest

from channels_app.adapters.base import ChannelConfig
from channels_app.adapters.messenger.adapter import MessengerAdapter
from tests.support.messenger_fake import MessengerFake, running_messenger_fake


@pytest.fixture
def graph(settings: object) -> Iterator[MessengerFake]:
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_messenger_fake() as fake:
        yield fake


@pytest.fixture
def adapter(graph: MessengerFake) -> MessengerAdapter:
    return MessengerAdapter(ChannelConfig(uuid="c1", config=graph.config, secrets=graph.secrets))
