"""Planted secrets of every kind, while its provider is away or repeats all that it is told: they come out nowhere (C5)."""

import io
import json
import logging
import secrets as random
from contextlib import suppress
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client

from channels_app.adapters.base import AdapterError, InboundAttachment, SimulatedTurn
from channels_app.models import InboundEvent
from channels_app.registry import adapter_class, adapter_for, kinds
from channels_app.services.polling import check_channel, poll_channel
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.logs import RedactSecrets
from tests.factories import make_channel
from tests.support.hostile_payloads import as_event
from tests.support.http_fake import Reply
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_message
from tickets.services.processing import process_event
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
# E-mail has a test of its own, and the web chat calls nobody.
CALLING = [kind for kind in kinds() if kind not in ("email", "webchat")]


@pytest.fixture
def log():
    """What the product's own handler would print, down to the last detail."""
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.addFilter(RedactSecrets())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield printed
    root.removeHandler(handler)
    root.setLevel(level)


def away(call):
    return Reply(is_cut=True)


def repeating(call):
    """A refusal that holds all that was said, where each of the providers puts its words."""
    told = f"{call.headers.get('authorization')} {call.path} {call.headers} {call.body.decode('utf-8', 'replace')}"
    names = ("description", "errmsg", "message", "status_message", "detail", "title", "error_description")
    words = dict.fromkeys(names, told)
    error = {**words, "code": 190, "status": "REFUSED"}
    answer = {**words, "ok": False, "error": error, "errors": [error], "status": 3, "code": 20003, "errcode": 40001}
    return Reply(400, json.dumps(answer).encode(), {"content-type": "application/json"})


def make_planted(kind, base_url):
    """(channel, its secrets): an account at that address."""
    config, made = adapter_class(kind).config_form({}).trial_settings()
    planted = {name: random.token_hex(16) if value == "trial" else value for name, value in made.items()}
    config |= {"base_url": base_url, "delivery_url": f"{base_url}/replies", "url": f"{base_url}/feed"}
    channel = make_channel(kind=kind, config=config, secrets=planted)
    canaries = [one for value in planted.values() for one in (value if isinstance(value, list) else [value])]
    assert all(len(canary) > 10 for canary in canaries)
    return channel, canaries


def live_through(channel, agent):
    """Everything that can fail at the provider."""
    adapter = adapter_for(channel)
    turns = [
        SimulatedTurn(act=act, person=1, name="Carla", text="Hello", serial=7, at=now())
        for act in ("text", "review", "call", "comment")
    ]
    for call in filter(None, map(adapter.simulate, turns)):
        store_events(channel=channel, events=[as_event(call)], is_announced=False)
    for event in InboundEvent.objects.filter(channel=channel, state="received"):
        process_event(event_id=event.pk)
    check_channel(channel_id=channel.pk)
    if adapter.is_polled:
        poll_channel(channel_id=channel.pk)
    for ticket in Ticket.objects.filter(channel=channel):
        try:
            message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Good day")
        except HelpdeskError:
            continue
        send_message(message_id=message.pk)
        assert channel.kind == "voice" or Message.objects.get(pk=message.pk).delivery_state != "sent"
    for scheme in ("http:", "media:", "telegram:", "line:", "whatsapp-media:"):
        address = f"{channel.config['base_url']}/file" if scheme == "http:" else f"{scheme}12345"
        with suppress(AdapterError):
            adapter.fetch_media(InboundAttachment(name="a", content_type="image/png", url=address))
    path = f"/hooks/{channel.kind}/{channel.uuid}/"
    Client().post(f"{path}?secret=x", b"{}", content_type="application/json")


def whole_database():
    """Every row of every table as text, as a dump would show it."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


@pytest.mark.parametrize("provider", [away, repeating])
def test_secret_is_in_no_row_no_log_and_no_error(provider, http_fake, agent, log):
    http_fake.answer = provider
    planted = {kind: make_planted(kind, http_fake.url) for kind in CALLING}
    for channel, _canaries in planted.values():
        live_through(channel, agent)
    printed, dump = unquote(log.getvalue()), unquote(whole_database())
    assert len(http_fake.calls) > len(CALLING)
    assert planted["line"][0].encrypted_secrets in dump
    leaks = [
        (kind, place)
        for kind, (_channel, canaries) in planted.items()
        for place, text in (("the log", printed), ("the database", dump))
        if any(canary in text for canary in canaries)
    ]
    assert not leaks, str(leaks)
