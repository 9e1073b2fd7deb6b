"""The SMTP listener as its own process: whom it takes mail for, and when it says 250."""

import asyncio
import os
import queue
import signal
import smtplib
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from channels_app.models import InboundEvent
from channels_app.registry import adapter_for
from channels_app.services.storing import read_raw_event
from channels_app.smtp_listener import listen
from tests.factories import make_channel

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = b"From: Carla <carla@customer.example>\r\nSubject: Hi\r\nMessage-ID: <1@customer.example>\r\n\r\nHello\r\n"
TOKEN = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).resolve().parents[2]


class Listener:
    def __init__(self, port):
        self.port = port

    def client(self):
        return smtplib.SMTP("127.0.0.1", self.port, timeout=10)

    def send(self, *recipients, mail=MAIL, sender="carla@customer.example"):
        with self.client() as client:
            return client.sendmail(sender, list(recipients), mail)


@contextmanager
def listening():
    """A listener in a thread of its own."""
    loop = asyncio.new_event_loop()
    stop, ports = asyncio.Event(), queue.Queue()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(listen("127.0.0.1", 0, stop=stop, is_ready=ports.put))
    )
    thread.start()
    try:
        yield Listener(ports.get(timeout=10))
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
        loop.close()


@pytest.fixture
def listener(monkeypatch):
    # The listener's threads give their connections back, so that the test database can be dropped.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    with listening() as running:
        yield running


@contextmanager
def listening_process(tmp_path):
    """A listener on the test's database as the command that operators run."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "listen_smtp", "--port", "0"],
        cwd=ROOT,
        env=environment_of_listener(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process, Listener(int(process.stdout.readline().rpartition(":")[2]))
    finally:
        process.kill()
        process.wait()


def environment_of_listener(tmp_path):
    values = connection.settings_dict
    host = str(values["HOST"])
    place = (
        f"{host}:{values['PORT'] or 5432}"
        if not host.startswith("/")
        else f":{values['PORT'] or 5432}/{host.replace('/', '%2F')}"
    )
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "DATABASE_URL": f"postgres://{values['USER']}:{values['PASSWORD']}@{place}/{values['NAME']}",
        "HELPDESK_DATA": str(tmp_path / "data"),
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    }


@pytest.fixture
def support():
    return make_channel(
        kind="email", slug="support", config={"address": "support@desk.example", "aliases": ["hilfe@müller.example"]}
    )


def test_mail_to_a_channel_is_stored_with_its_envelope(support, listener):
    listener.send("Support@Desk.example")
    event = InboundEvent.objects.get()
    assert (event.source, event.state, event.channel) == ("smtp", "received", support)
    assert event.meta == {
        "mail_from": "carla@customer.example",
        "rcpt_to": ["Support@Desk.example"],
        "peer": "127.0.0.1",
    }
    assert bytes(event.body).endswith(MAIL)
    assert bytes(event.body).startswith(
        b"Return-Path: <carla@customer.example>\r\nDelivered-To: Support@Desk.example\r\n"
    )


@pytest.mark.parametrize("address", ["hilfe@xn--mller-kva.example", f"support+{TOKEN}@desk.example"])
def test_aliases_and_reply_addresses_are_taken(support, listener, address):
    listener.send(address)
    assert InboundEvent.objects.count() == 1


def test_token_of_the_envelope_finds_the_conversation(support, listener):
    listener.send(f"support+{TOKEN}@desk.example")
    item = adapter_for(support).parse(read_raw_event(InboundEvent.objects.get()))[0]
    assert item.thread_tokens == (TOKEN,)


@pytest.mark.parametrize(
    "address",
    [
        "nobody@desk.example",
        "someone@elsewhere.example",
        "support+wrong@desk.example",
        "support%elsewhere.example@desk.example",
        "postmaster",
    ],
)
def test_mail_for_others_is_refused(support, listener, address):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        listener.send(address)
    assert next(iter(refused.value.recipients.values()))[0] == 550
    assert InboundEvent.objects.count() == 0


def test_closed_channel_takes_no_mail(support, listener):
    type(support).objects.update(is_active=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        listener.send("support@desk.example")


def test_bounce_with_an_empty_sender_is_taken(support, listener):
    listener.send("support@desk.example", sender="")
    assert bytes(InboundEvent.objects.get().body).startswith(b"Return-Path: <>\r\n")


def test_one_mail_for_two_channels_is_stored_for_both(support, listener):
    sales = make_channel(kind="email", slug="sales", config={"address": "sales@desk.example"})
    listener.send("support@desk.example", "sales@desk.example")
    assert set(InboundEvent.objects.values_list("channel", flat=True)) == {support.pk, sales.pk}


def test_repeated_delivery_is_stored_once(support, listener):
    for _ in range(3):
        listener.send("support@desk.example")
    assert InboundEvent.objects.count() == 1


def test_size_is_advertised_and_oversize_refused(support, listener):
    with listener.client() as client:
        client.ehlo()
        limit = int(client.esmtp_features["size"])
        assert 20_000_000 < limit <= 25 * 1024 * 1024
        assert client.mail("a@b.example", [f"size={limit + 1}"])[0] == 552
    too_much = MAIL + (b"y" * 78 + b"\r\n") * (limit // 80 + 1)
    with listener.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt("support@desk.example")
        assert client.data(too_much)[0] == 552
    assert InboundEvent.objects.count() == 0


def test_too_many_recipients_are_put_off(support, listener):
    with listener.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        codes = [client.rcpt(f"support+{number:032x}@desk.example")[0] for number in range(105)]
    assert codes == [250] * 100 + [452] * 5


def test_lines_longer_than_the_standard_are_taken(support, listener):
    listener.send("support@desk.example", mail=MAIL + b"z" * 20_000 + b"\r\n")
    assert InboundEvent.objects.count() == 1


def test_without_a_database_mail_is_put_off(support, listener, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        listener.send("support@desk.example")
    assert refused.value.recipients["support@desk.example"][0] == 451


def test_database_lost_between_recipient_and_mail_puts_it_off(support, listener, monkeypatch):
    with listener.client() as client:
        client.ehlo()
        client.mail("a@b.example")
        assert client.rcpt("support@desk.example")[0] == 250
        with monkeypatch.context() as outage:
            outage.setitem(connection.settings_dict, "HOST", "127.0.0.1")
            outage.setitem(connection.settings_dict, "PORT", "1")
            assert client.data(MAIL)[0] == 451
    listener.send("support@desk.example")
    assert InboundEvent.objects.count() == 1


def test_mail_is_confirmed_only_after_it_is_committed(support, listener):
    """While the table cannot be written the client waits without an answer; what is confirmed can be read by others."""
    answers = []
    other = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    other.execute("LOCK TABLE channels_app_inboundevent IN SHARE MODE")
    with listener.client() as client:
        client.ehlo()
        client.mail("carla@customer.example")
        client.rcpt("support@desk.example")
        sending = threading.Thread(target=lambda: answers.append(client.data(MAIL)[0]))
        sending.start()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'channels_app_inboundevent'::regclass"
        while not other.execute(waits).fetchone()[0]:
            assert sending.is_alive(), answers
        assert answers == []
        other.rollback()
        sending.join(timeout=10)
    other.close()
    assert answers == [250]
    assert InboundEvent.objects.count() == 1


def test_command_listens_refuses_a_taken_port_and_stops_cleanly(support, tmp_path):
    with listening_process(tmp_path) as (process, listener):
        listener.send("support@desk.example")
        assert InboundEvent.objects.count() == 1
        second = subprocess.run(
            [sys.executable, "-m", "django", "listen_smtp", "--port", str(listener.port)],
            cwd=ROOT,
            env=environment_of_listener(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode != 0
        assert f"Cannot listen on 127.0.0.1:{listener.port}" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
