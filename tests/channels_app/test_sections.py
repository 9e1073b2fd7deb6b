"""The overview names the channels that need somebody."""

from datetime import timedelta

import pytest
from django.test import Client

from helpdesk.common.clock import now
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


def overview(user):
    client = Client()
    client.force_login(user)
    return client.get("/admin/").content.decode()


def test_channel_that_sends_nothing_is_named_with_what_to_do(administrator):
    make_channel(
        kind="api", name="Shop", sending_paused_until=now() + timedelta(hours=1), paused_reason="The token has run out."
    )
    page = overview(administrator)
    assert "Channels that need you" in page
    assert "sending paused" in page


def test_credentials_are_announced_fourteen_days_before_they_end(administrator):
    channel = make_channel(kind="api", credentials_expire_at=now() + timedelta(days=13))
    assert "credentials expire soon" in overview(administrator)
    channel.credentials_expire_at = now() + timedelta(days=15)
    channel.save()
    assert "Channels that need you" not in overview(administrator)


def test_nothing_is_said_while_all_is_well(administrator):
    make_channel(kind="api")
    assert "Channels that need you" not in overview(administrator)


def test_agent_who_can_put_nothing_right_is_told_nothing(agent):
    make_channel(kind="api", sending_paused_until=now() + timedelta(hours=1), paused_reason="The token has run out.")
    assert "Channels that need you" not in overview(agent)
