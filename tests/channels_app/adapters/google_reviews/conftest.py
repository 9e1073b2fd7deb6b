"""A location at a local server that speaks Google's API."""

import pytest

from channels_app.adapters.base import ChannelConfig
from channels_app.adapters.google_reviews.adapter import GoogleReviewsAdapter
from tests.support.google_reviews_fake import SECRETS, running_google_reviews_fake


@pytest.fixture
def fake(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_google_reviews_fake() as running:
        yield running


@pytest.fixture
def place(fake, db):
    """The adapter of a configured channel."""
    return GoogleReviewsAdapter(ChannelConfig(uuid="u", config=fake.config, secrets=SECRETS))
