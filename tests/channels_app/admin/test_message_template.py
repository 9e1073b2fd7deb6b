"""Templates in the admin: read by whoever answers, synced by whoever sets up channels."""

import pytest
from django.urls import reverse

from channels_app.models import MessageTemplate
from tests.factories import make_channel
from tests.support.whatsapp_fake import error, running_whatsapp_fake

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_whatsapp_fake() as fake:
        body = {"type": "BODY", "text": "Hello {{1}} <b>"}
        row = {
            "id": "1",
            "name": "late",
            "language": "en",
            "status": "APPROVED",
            "category": "UTILITY",
            "components": [body],
        }
        fake.templates = [row]
        yield fake


@pytest.fixture
def channel(graph):
    return make_channel(kind="whatsapp", slug="wa", config=graph.config, secrets=graph.secrets)


def press(client, channel):
    return client.post(reverse("admin:channels_app_channel_do", args=[channel.pk, "templates"]), follow=True)


def test_button_syncs_and_says_how_many_can_be_sent(client, administrator, channel):
    client.force_login(administrator)
    assert "1 template can be sent." in press(client, channel).content.decode()
    assert MessageTemplate.objects.get().name == "late"


def test_refusal_of_the_provider_is_told_with_what_to_do(client, administrator, channel, graph):
    client.force_login(administrator)
    graph.next_answers = [error(190, status=401)]
    assert "Enter a new one on the channel" in press(client, channel).content.decode()


def test_agent_syncs_nothing(client, agent, channel):
    client.force_login(agent)
    assert press(client, channel).status_code == 403
    assert not MessageTemplate.objects.exists()


def test_channel_without_templates_has_no_such_button(client, administrator, email_channel):
    client.force_login(administrator)
    page = client.get(reverse("admin:channels_app_channel_change", args=[email_channel.pk])).content.decode()
    assert "Sync templates" not in page


def test_agent_reads_templates_and_changes_none(client, agent, administrator, channel):
    client.force_login(administrator)
    press(client, channel)
    client.force_login(agent)
    template = MessageTemplate.objects.get()
    page = client.get(reverse("admin:channels_app_messagetemplate_changelist")).content.decode()
    assert "Hello {{1}} &lt;b&gt;" in page
    address = reverse("admin:channels_app_messagetemplate_change", args=[template.pk])
    assert "Hello {{1}} &lt;b&gt;" in client.get(address).content.decode()
    assert client.post(address, {"name": "mine"}).status_code == 403
    assert MessageTemplate.objects.get().name == "late"
