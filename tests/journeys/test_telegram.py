"""Telegram, end to end: by webhook and by polling, in, answered in the workspace, out."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from channels_app.adapters.base import RawEvent
from channels_app.models import InboundEvent
from channels_app.services.polling import check_channel, poll_channel
from channels_app.services.storing import store_events
from tests.factories import make_channel
from tests.support.desk import answer, call_webhook, timeline
from tests.support.telegram_fake import TOKEN, TelegramFake, running_telegram_fake
from tickets.models import CustomerIdentity, Message, Ticket
from tickets.services.processing import process_event, process_waiting_events

PAYLOADS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters" / "telegram" / "payloads"
SECRETS = {"bot_token": TOKEN, "webhook_secrets": ["a_secret_of_the_webhook"]}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64

pytestmark = pytest.mark.django_db


@pytest.fixture
def bot(settings: Any) -> Iterator[TelegramFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    with running_telegram_fake() as fake:
        yield fake


@pytest.fixture
def channel(bot):
    return make_channel(kind="telegram", slug="bot", config={**bot.config, "delivery": "webhook"}, secrets=SECRETS)


def payload(name):
    return (PAYLOADS / f"{name}.json").read_bytes()


def test_customer_writes_to_the_bot_and_is_answered_in_her_chat(bot, channel, agent):
    assert all(finding.is_ok for finding in check_channel(channel_id=channel.pk))
    assert bot.webhook["secret_token"] == "a_secret_of_the_webhook"
    assert call_webhook(channel, payload("example")).status_code == 200
    ticket = Ticket.objects.get()
    assert "Where is my parcel?" in timeline(ticket, agent)

    sent = answer(ticket, agent, "It arrives today.", ("map.png", PNG, "image/png"), ("bill.pdf", b"%PDF-1.4", ""))
    assert [method for method, _values in bot.sent] == ["sendMessage", "sendPhoto", "sendDocument"]
    assert [message.delivery_state for message in sent] == ["sent"] * 3
    assert len({message.external_id for message in sent}) == 3

    call_webhook(channel, payload("edited_message"))
    assert "Where is my second parcel?" in timeline(ticket, agent)
    reaction = json.loads(payload("message_reaction"))
    reaction["message_reaction"]["message_id"] = int(sent[0].external_id.partition(":")[2])
    call_webhook(channel, json.dumps(reaction).encode())
    assert [one["text"] for one in Message.objects.get(pk=sent[0].pk).reactions] == ["👍"]


def test_pressed_button_is_answered_in_the_same_request(channel):
    call_webhook(channel, payload("example"))
    response = call_webhook(channel, payload("callback_query"))
    assert response.json()["method"] == "answerCallbackQuery"
    assert Ticket.objects.count() == 1
    assert Message.objects.get(text="Yes, please").details["payload"] == "yes"


def test_album_of_ten_pictures_is_one_ticket(bot, channel):
    bot.files["documents/AgACAgIAAx-l"] = PNG
    for number in range(10):
        update = json.loads(payload("photo_with_caption"))
        update["update_id"] += number
        update["message"]["message_id"] += number
        call_webhook(channel, json.dumps(update).encode())
    [ticket] = Ticket.objects.all()
    assert ticket.messages.count() == 10
    assert {a.size for m in ticket.messages.all() for a in m.attachments.all()} == {len(PNG)}


def test_everything_three_times_and_in_any_order_is_filed_once(bot, channel):
    names = ["example", "document", "callback_query", "edited_message", "my_chat_member_blocked", "group_message"]
    bot.files["documents/BQACAgIAAx-d"] = b"%PDF-1.4"
    for name in names + names[::-1] + names:
        update = json.loads(payload(name))
        call_webhook(channel, json.dumps(update, indent=len(name) % 3).encode())
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_everything_three_times_at_once_and_shuffled_ends_the_same(bot, channel):
    names = [
        "example",
        "start_with_payload",
        "forwarded",
        "edited_message",
        "my_chat_member_blocked",
        "message_reaction",
    ]
    back = json.loads(payload("my_chat_member_blocked"))
    back["update_id"] += 1000
    back["my_chat_member"]["date"] += 60
    back["my_chat_member"]["new_chat_member"]["status"] = "member"
    updates = [json.loads(payload(name)) for name in names] + [back]
    bodies = [json.dumps(update, indent=copy).encode() for copy in range(3) for update in updates]
    random.Random(7).shuffle(bodies)
    ids = store_events(channel=channel, events=[RawEvent(body=body) for body in bodies], is_announced=False)

    def work(event_id: int) -> None:
        try:
            process_event(event_id=event_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(work, ids))
    process_waiting_events()
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 3
    assert CustomerIdentity.objects.get().unreachable_since is None
    assert not InboundEvent.objects.filter(state="quarantined").exists()


def test_customer_who_blocks_the_bot_is_not_written_to(channel, agent):
    call_webhook(channel, payload("example"))
    call_webhook(channel, payload("my_chat_member_blocked"))
    assert CustomerIdentity.objects.get().unreachable_reason == "blocked"
    assert "does not want to be written to" in timeline(Ticket.objects.get(), agent)


def test_wrong_secret_stores_nothing_and_the_right_one_is_not_kept(channel):
    refused = call_webhook(channel, payload("example"), **{"X-Telegram-Bot-Api-Secret-Token": "wrong"})
    assert refused.status_code == 401
    assert not channel.inbound_events.exists()
    call_webhook(channel, payload("example"))
    assert "a_secret_of_the_webhook" not in json.dumps(channel.inbound_events.get().headers)


def test_bot_without_a_public_address_is_asked_for_its_messages(bot, agent):
    channel = make_channel(kind="telegram", slug="polled", config=bot.config, secrets=SECRETS)
    bot.files["documents/AwACAgIAAx-v"] = b"OggS" + b"0" * 40
    for name in ("example", "voice", "callback_query"):
        update = json.loads(payload(name))
        update.pop("update_id")
        bot.deliver(**update)
    assert poll_channel(channel_id=channel.pk) == 3
    assert poll_channel(channel_id=channel.pk) == 0
    process_waiting_events()
    ticket = Ticket.objects.get()
    assert ticket.messages.count() == 3
    assert bot.answered_buttons == ["4382bfdwdsb323b2d9"]
    [sent] = answer(ticket, agent, "Thank you for the recording.")
    assert sent.delivery_state == "sent"
    assert bot.sent[-1][1]["text"] == "Thank you for the recording."


def test_customer_who_blocked_the_bot_meanwhile_makes_the_answer_fail_for_good(bot, channel, agent):
    call_webhook(channel, payload("example"))
    bot.refusals = [(403, "Forbidden: bot was blocked by the user", {})]
    [sent] = answer(Ticket.objects.get(), agent, "Hello?")
    assert (sent.delivery_state, sent.error_code) == ("failed", "customer_unreachable")
