"""Templates: read page by page, kept, and kept up to date; and what "Test connection" says."""

from datetime import timedelta

import pytest

from channels_app.models import MessageTemplate
from channels_app.services.templates import ProviderRefused, sync_all_templates, sync_channel_templates
from helpdesk.common.clock import now
from helpdesk.common.errors import Unprocessable
from tests.factories import make_channel
from tests.support.whatsapp_fake import error


def row(name, language="en", status="APPROVED", *components, text="Hello {{1}}"):
    parts = components or ({"type": "BODY", "text": text},)
    return {
        "id": f"9{abs(hash((name, language))) % 10**9}",
        "name": name,
        "language": language,
        "status": status,
        "category": "UTILITY",
        "components": list(parts),
    }


@pytest.fixture
def channel(db, graph):
    return make_channel(kind="whatsapp", slug="wa", config=graph.config, secrets=graph.secrets)


def states():
    return {f"{one.name}/{one.language}": one.provider_status for one in MessageTemplate.objects.all()}


def test_every_page_is_read(channel, graph):
    graph.templates = [row(f"t{number}") for number in range(7)]
    assert sync_channel_templates(channel_id=channel.pk) == 7
    assert len(states()) == 7


def test_states_are_told_in_our_words(channel, graph):
    words = {
        "APPROVED": "approved",
        "PENDING": "pending",
        "IN_APPEAL": "pending",
        "REJECTED": "rejected",
        "PAUSED": "paused",
    }
    graph.templates = [row(word.lower(), status=word) for word in [*words, "DISABLED", "SOMETHING_NEW"]]
    assert sync_channel_templates(channel_id=channel.pk) == 1
    assert states() == {f"{word.lower()}/en": state for word, state in words.items()} | {
        "disabled/en": "disabled",
        "something_new/en": "pending",
    }


def test_second_sync_changes_what_changed_and_marks_what_is_gone(channel, graph):
    graph.templates = [row("stays"), row("goes"), row("changes", text="Old {{1}}")]
    sync_channel_templates(channel_id=channel.pk)
    graph.templates = [row("stays"), row("changes", text="New {{who}}")]
    assert sync_channel_templates(channel_id=channel.pk) == 2
    assert states() == {"stays/en": "approved", "goes/en": "disabled", "changes/en": "approved"}
    assert MessageTemplate.objects.get(name="changes").variables == ["who"]


def test_heading_foot_and_buttons_are_shown_and_their_variables_named(channel, graph):
    graph.templates = [
        row(
            "parcel", "de", "APPROVED",
            {"type": "HEADER", "format": "TEXT", "text": "Paket {{1}}"},
            {"type": "BODY", "text": "Hallo {{1}}, es kommt am {{2}}."},
            {"type": "FOOTER", "text": "Acme"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Verfolgen", "url": "https://acme.example/{{1}}"}]},
        )
    ]  # fmt: skip
    sync_channel_templates(channel_id=channel.pk)
    template = MessageTemplate.objects.get()
    assert template.variables == ["header__text", "1", "2", "button__0_url"]
    assert template.body.startswith("Paket {{header__text}}\n\nHallo {{1}}")
    assert "Acme" in template.body


def test_provider_that_refuses_leaves_our_copy_as_it_is(channel, graph):
    graph.templates = [row("stays")]
    sync_channel_templates(channel_id=channel.pk)
    graph.next_answers = [error(190, status=401)]
    with pytest.raises(ProviderRefused):
        sync_channel_templates(channel_id=channel.pk)
    assert states() == {"stays/en": "approved"}


def test_channel_without_templates_is_told_apart(email_channel):
    with pytest.raises(Unprocessable):
        sync_channel_templates(channel_id=email_channel.pk)


def test_one_refusing_account_holds_up_no_other(channel, graph):
    broken = make_channel(kind="whatsapp", slug="broken", config=graph.config, secrets={"access_token": "EAAwrong"})
    make_channel(kind="whatsapp", slug="trial", config=graph.config, is_simulated=True)
    graph.templates = [row("stays")]
    assert broken.pk > channel.pk
    assert sync_all_templates() == 1
    assert MessageTemplate.objects.filter(channel=channel).exists()


def findings(adapter):
    return {finding.what: finding for finding in adapter.check()}


def test_working_connection_is_all_green(adapter):
    assert all(finding.is_ok for finding in adapter.check())
    assert len(adapter.check()) == 4


def test_token_that_ends_says_when(adapter, graph):
    ends = (now() + timedelta(days=5)).replace(microsecond=0)
    graph.token_facts = {"is_valid": True, "expires_at": int(ends.timestamp())}
    assert [finding.expires_at for finding in adapter.check() if finding.expires_at] == [ends]


TROUBLE = {
    "token": ({"token_facts": {"is_valid": False}}, "not valid"),
    "scope": ({"token_facts": {"is_valid": True, "scopes": ["email"]}}, "whatsapp_business_messaging"),
    "ended": ({"token_facts": {"is_valid": True, "expires_at": 1}}, "has ended"),
    "number": ({"number_facts": {"status": "PENDING"}}, "not connected"),
    "rating": ({"number_facts": {"quality_rating": "RED"}}, "rated badly"),
    "subscription": ({"apps": []}, "No app receives"),
}


@pytest.mark.parametrize(("changes", "words"), TROUBLE.values(), ids=TROUBLE.keys())
def test_trouble_is_named_with_what_to_do(adapter, graph, changes, words):
    for name, value in changes.items():
        setattr(graph, name, value)
    wrong = [finding for finding in adapter.check() if not finding.is_ok]
    assert len(wrong) == 1
    assert words in wrong[0].what
    assert wrong[0].advice
