"""A bot on the loopback, an adapter for it, and the provider's payloads."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from channels_app.adapters.base import ChannelConfig, RawEvent
from channels_app.adapters.telegram.adapter import TelegramAdapter
from tests.support.telegram_fake import TOKEN, TelegramFake, running_telegram_fake

PAYLOADS = Path(__file__).resolve().parent / "payloads"
SECRETS = ["first_secret_of_the_webhook", "second_secret_of_the_webhook"]


@pytest.fixture
def bot(settings: Any) -> Iterator[TelegramFake]:
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_telegram_fake() as fake:
        yield fake


@pytest.fixture
def make_adapter(bot: TelegramFake) -> Callable[..., TelegramAdapter]:
    def make(*, token: str = TOKEN, **config: Any) -> TelegramAdapter:
        return TelegramAdapter(
            ChannelConfig(
                uuid="u1",
                config={**bot.config, **config},
                secrets={"bot_token": token, "webhook_secrets": SECRETS},
                site_url="https://desk.example",
            )
        )

    return make


@pytest.fixture
def adapter(make_adapter: Callable[..., TelegramAdapter]) -> TelegramAdapter:
    return make_adapter()


@pytest.fixture
def captured() -> Callable[[str], RawEvent]:
    return lambda name: RawEvent(body=(PAYLOADS / f"{name}.json").read_bytes(), content_type="application/json")
