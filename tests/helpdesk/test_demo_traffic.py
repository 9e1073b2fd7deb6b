"""Made-up customers of every kind write into a running product."""

from pathlib import Path
from random import Random

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from channels_app.models import Channel, InboundEvent
from channels_app.registry import kinds
from helpdesk.demo import removing
from helpdesk.demo.removing import remove_demo
from helpdesk.demo.traffic import Target, deliver, stream, trial_channels
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Review, Ticket
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def target(live_server, settings):
    settings.SITE_URL = live_server.url
    return Target(url=live_server.url, smtp_port=9)


def test_every_kind_has_its_trial_channel_once():
    first = {channel.pk for channel in trial_channels()}
    assert {channel.pk for channel in trial_channels()} == first
    assert set(Channel.objects.values_list("kind", flat=True)) == set(kinds())


def test_what_is_sent_over_every_kind_becomes_tickets(target):
    deliveries = stream(target, Random(7))
    seen = [next(deliveries) for _ in range(2 * len(kinds()))]
    refused = [(one.kind, one.act, one.answer) for one in seen if not one.is_ok and one.kind != "email"]
    assert refused == []
    process_waiting_events()
    states = set(InboundEvent.objects.values_list("state", "reason"))
    assert {state for state, _reason in states} <= {"processed", "ignored"}, states
    assert Ticket.objects.exists()
    assert not Ticket.objects.counted().exists()
    remove_demo()
    assert [
        model.__name__ for model in (Ticket, Channel, Customer, InboundEvent, Review) if model.objects.exists()
    ] == []


def test_removal_knows_every_table_that_refers_to_what_it_removes():
    text = Path(removing.__file__).with_name("removal.sql").read_text()
    removed = (Ticket, Message, Customer, CustomerIdentity, Conversation, InboundEvent)
    forgotten = [
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model in removed and f"FROM {model._meta.db_table}" not in text
    ]
    assert forgotten == []


def test_product_that_does_not_run_is_told_in_words(settings, db):
    channel = next(channel for channel in trial_channels() if channel.kind == "api")
    delivery = deliver(channel, "text", Target(url="http://127.0.0.1:9", smtp_port=9), Random(1))
    assert not delivery.is_ok
    assert "refused" in delivery.answer.lower()


def test_command_that_reaches_nobody_fails(monkeypatch, settings):
    settings.HELPDESK_CHANNEL_ADAPTERS = {"api": settings.HELPDESK_CHANNEL_ADAPTERS["api"]}
    with pytest.raises(CommandError):
        call_command("demo_traffic", url="http://127.0.0.1:9", seconds=0.001, per_minute=6000)
