"""Stored events become filed items; poison ends in quarantine."""

import json
from datetime import timedelta

import pytest

from channels_app.adapters.base import AdapterError, RawEvent
from channels_app.models import InboundEvent
from channels_app.services.storing import store_events
from helpdesk.common.clock import now
from tests.factories import make_channel
from tickets.models import Message, Ticket
from tickets.services.processing import MOST_ATTEMPTS, process_event, process_waiting_events, run_event_again

pytestmark = pytest.mark.django_db
MAIL = b"From: Carla <carla@customer.example>\r\nTo: support@desk.example\r\nMessage-ID: <1@x>\r\nSubject: Hi\r\n\r\nHello there\r\n"


def store(channel, body, **extra):
    return store_events(channel=channel, events=[RawEvent(body=body, source="cli", **extra)])[0]


def test_stored_mail_becomes_a_ticket(email_channel):
    event_id = store(email_channel, MAIL)
    [filed] = process_event(event_id=event_id)
    event = InboundEvent.objects.get(pk=event_id)
    assert (filed.outcome, event.state, event.attempts) == ("created", "processed", 1)
    message = Message.objects.get()
    assert (message.inbound_event_id, message.text.strip()) == (event_id, "Hello there")


def test_processed_event_is_not_processed_again(email_channel):
    event_id = store(email_channel, MAIL)
    process_event(event_id=event_id)
    assert process_event(event_id=event_id) == []


def test_run_again_files_nothing_twice(email_channel):
    event_id = store(email_channel, MAIL)
    process_event(event_id=event_id)
    run_event_again(event_id=event_id)
    [filed] = process_event(event_id=event_id)
    assert (filed.outcome, Message.objects.count()) == ("duplicate", 1)


def test_unreadable_mail_is_quarantined_with_its_reason_and_the_next_is_read(email_channel):
    poison = b"From: a@b.c\r\nSubject: x\r\n" + b"X-Pad: y\r\n" * 40_000 + b"\r\nbody"
    store(email_channel, poison)
    store(email_channel, MAIL)
    process_waiting_events()
    quarantined = InboundEvent.objects.get(state="quarantined")
    assert quarantined.reason_code == "headers_too_large"
    assert quarantined.reason
    assert Ticket.objects.count() == 1


def test_event_that_kills_its_worker_is_put_aside_after_five_attempts(email_channel):
    event_id = store(email_channel, MAIL)
    InboundEvent.objects.filter(pk=event_id).update(attempts=MOST_ATTEMPTS, lease_until=now() - timedelta(seconds=1))
    [filed] = process_event(event_id=event_id)
    assert filed.outcome == "quarantined"
    assert InboundEvent.objects.get(pk=event_id).reason_code == "too_many_attempts"


def test_leased_event_is_left_alone(email_channel):
    event_id = store(email_channel, MAIL)
    InboundEvent.objects.filter(pk=event_id).update(lease_until=now() + timedelta(minutes=1))
    assert process_event(event_id=event_id) == []
    assert process_waiting_events() == 0


def test_same_mail_stored_twice_is_one_event(email_channel):
    store(email_channel, MAIL)
    assert store_events(channel=email_channel, events=[RawEvent(body=MAIL, source="cli")]) == []


def test_several_items_of_one_event_are_each_filed(api_channel):
    items = [
        {"type": "message", "id": f"m{n}", "sender": {"id": f"u{n}", "name": "U"}, "text": f"Hello {n}"}
        for n in range(3)
    ]
    filed = process_event(
        event_id=store(api_channel, json.dumps({"items": items}).encode(), content_type="application/json")
    )
    assert [f.outcome for f in filed] == ["created"] * 3


def test_unreadable_secrets_do_not_stop_the_sweep(settings, tmp_path):
    broken = make_channel(kind="email", secrets={"password": "x"})
    healthy = make_channel(kind="email")
    store(broken, MAIL)
    store(healthy, MAIL)
    settings.HELPDESK_KEYS_DIR = tmp_path / "other_keys"
    process_waiting_events()
    waiting = InboundEvent.objects.get(channel=broken)
    assert (waiting.state, "Enter it again" in waiting.reason) == ("received", True)
    assert InboundEvent.objects.get(channel=healthy).state == "processed"


def test_event_whose_last_item_is_of_no_interest_counts_as_processed(api_channel):
    items = [
        {"type": "message", "id": "m1", "sender": {"id": "u1", "name": "U"}, "text": "Hello"},
        {"type": "typing", "id": "t1"},
    ]
    event_id = store(api_channel, json.dumps({"items": items}).encode(), content_type="application/json")
    assert [f.outcome for f in process_event(event_id=event_id)] == ["created", "ignored"]
    assert InboundEvent.objects.get(pk=event_id).state == "processed"


def test_keys_that_stay_away_end_in_quarantine(settings, tmp_path):
    broken = make_channel(kind="email", secrets={"password": "x"})
    event_id = store(broken, MAIL)
    settings.HELPDESK_KEYS_DIR = tmp_path / "other_keys"
    InboundEvent.objects.filter(pk=event_id).update(attempts=MOST_ATTEMPTS - 1)
    process_event(event_id=event_id)
    assert InboundEvent.objects.get(pk=event_id).reason_code == "secret_unreadable"


def test_file_that_cannot_be_fetched_holds_the_message_up_only_so_long(settings, api_channel):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    file = {"name": "a.txt", "content_type": "text/plain", "url": "http://127.0.0.1:9/a.txt"}
    item = {"type": "message", "id": "m1", "sender": {"id": "u1", "name": "U"}, "text": "Hello", "attachments": [file]}
    event_id = store(api_channel, json.dumps({"items": [item]}).encode(), content_type="application/json")
    with pytest.raises(AdapterError):
        process_event(event_id=event_id)
    InboundEvent.objects.filter(pk=event_id).update(attempts=MOST_ATTEMPTS - 1, lease_until=None)
    assert [f.outcome for f in process_event(event_id=event_id)] == ["created"]
    attachment = Message.objects.get().attachments.get()
    assert (attachment.name, attachment.storage_key, attachment.error != "") == ("a.txt", "", True)
