"""A channel is tried out in the admin without an account."""

import pytest
from django.test import Client

from channels_app.models import Channel, InboundEvent
from channels_app.registry import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator):
    signed_in = Client()
    signed_in.force_login(administrator)
    return signed_in


def test_trial_channel_is_one_click_away(client):
    answer = client.post("/admin/channels_app/channel/add/", {"try": "1", "kind": "api"})
    channel = Channel.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/admin/channels_app/channel/{channel.pk}/change/")
    assert (channel.is_simulated, channel.is_demo, channel.is_listed) == (True, True, False)


@pytest.mark.parametrize("kind", kinds())
def test_form_of_every_kind_opens_for_a_new_channel_and_for_a_trial(client, kind):
    assert client.get(f"/admin/channels_app/channel/add/?kind={kind}").status_code == 200
    page = client.post("/admin/channels_app/channel/add/", {"try": "1", "kind": kind}, follow=True)
    assert page.status_code == 200
    assert "Let one write with the buttons below" in page.content.decode()


def test_kind_that_nobody_has_makes_no_channel(client):
    client.post("/admin/channels_app/channel/add/", {"try": "1", "kind": "pigeon"})
    assert not Channel.objects.exists()


def test_trial_channel_has_a_button_for_each_thing_a_customer_can_do(client):
    client.post("/admin/channels_app/channel/add/", {"try": "1", "kind": "email"})
    page = client.get(f"/admin/channels_app/channel/{Channel.objects.get().pk}/change/").content.decode()
    assert "A customer writes" in page
    assert "A customer calls" not in page


def test_button_lets_a_customer_write(client):
    client.post("/admin/channels_app/channel/add/", {"try": "1", "kind": "email"})
    channel = Channel.objects.get()
    client.post(f"/admin/channels_app/channel/{channel.pk}/do/try_text/")
    assert InboundEvent.objects.get(channel=channel).source == "trial"


def test_channel_with_an_account_has_no_such_button(client, api_channel):
    page = client.get(f"/admin/channels_app/channel/{api_channel.pk}/change/").content.decode()
    assert "A customer writes" not in page
    answer = client.post(f"/admin/channels_app/channel/{api_channel.pk}/do/try_text/")
    assert answer.status_code == 403
    assert not InboundEvent.objects.exists()


def test_agent_makes_no_trial_channel(agent):
    signed_in = Client()
    signed_in.force_login(agent)
    answer = signed_in.post("/admin/channels_app/channel/add/", {"try": "1", "kind": "api"})
    assert answer.status_code == 403
    assert not Channel.objects.exists()
