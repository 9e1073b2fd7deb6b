"""A WeChat account at a local server that speaks WeChat's API."""

import pytest

from channels_app.adapters.base import ChannelConfig
from channels_app.adapters.wechat.adapter import WeChatAdapter
from tests.support.wechat_fake import APP_SECRET, running_wechat_fake


@pytest.fixture
def fake(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_wechat_fake() as running:
        yield running


@pytest.fixture
def account(fake, db):
    """The adapter of a configured channel."""
    secrets = {"app_secret": APP_SECRET, "tokens": ["spamtest"]}
    return WeChatAdapter(
        ChannelConfig(uuid="u", config=fake.config(), secrets=secrets, site_url="https://desk.example")
    )
