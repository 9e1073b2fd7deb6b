"""Polling a real mailbox: nothing lost, nothing doubled, whatever the server and the line do (P5)."""

import base64
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
import time_machine

from channels_app.adapters.email import fetching
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_for
from channels_app.services import polling
from channels_app.services.polling import check_channel, fetch_anyway, poll_channel
from channels_app.services.storing import read_raw_event
from tests.factories import make_channel
from tests.support.dovecot import PASSWORD
from tests.support.tcp_proxy import running_proxy

pytestmark = pytest.mark.django_db


def mail(number, *, size=0, message_id=True, body=""):
    identifier = f"Message-ID: <m{number}@customer.example>\n" if message_id else ""
    text = body or f"Mail number {number}\n"
    return f"From: c{number}@customer.example\nSubject: Mail {number}\n{identifier}\n{text}{'x' * size}\n".encode()


@pytest.fixture
def channel(dovecot):
    return mailbox_channel(dovecot)


def mailbox_channel(dovecot, **config):
    settings = dovecot.config(**config)
    return make_channel(kind="email", slug="mailbox", config=settings, secrets={"imap_password": PASSWORD})


def subjects():
    events = InboundEvent.objects.order_by("pk")
    return [bytes(event.body).split(b"Subject: ")[1].split(b"\r\n")[0].decode() for event in events]


def poll(channel):
    """Poll now, whatever was planned; the channel as it is afterwards."""
    Channel.objects.filter(pk=channel.pk).update(poll_lease_until=None)
    poll_channel(channel_id=channel.pk)
    channel.refresh_from_db()
    return channel


def test_new_mail_is_stored_once_and_in_order(dovecot, channel):
    dovecot.deliver(*(mail(n) for n in range(3)))
    assert poll_channel(channel_id=channel.pk) == 3
    assert poll_channel(channel_id=channel.pk) == 0
    dovecot.deliver(mail(3))
    assert poll_channel(channel_id=channel.pk) == 1
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2", "Mail 3"]


def test_polling_leaves_every_mail_unread(dovecot, channel):
    dovecot.deliver(mail(1))
    poll(channel)
    assert b"\\Seen" not in dovecot.flags()[1]


def test_mail_read_elsewhere_is_stored_all_the_same(dovecot, channel):
    dovecot.deliver(mail(1))
    client = dovecot.client()
    client.select("INBOX")
    client.uid("STORE", "1", "+FLAGS", r"(\Seen)")
    client.logout()
    assert poll_channel(channel_id=channel.pk) == 1


def test_event_carries_the_arrival_time_of_the_server(dovecot, channel):
    arrived_at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    dovecot.deliver(mail(1), at=arrived_at)
    poll(channel)
    assert InboundEvent.objects.get().received_at == arrived_at


def test_first_poll_takes_only_mail_from_now_on_by_default(dovecot):
    channel = mailbox_channel(dovecot, first_poll="new")
    dovecot.deliver(mail(1))
    poll(channel)
    dovecot.deliver(mail(2))
    poll(channel)
    assert subjects() == ["Mail 2"]


def test_first_poll_can_start_at_a_date(dovecot):
    channel = mailbox_channel(dovecot, first_poll_since="2026-05-01")
    dovecot.deliver(mail(1), at=datetime(2026, 4, 20, tzinfo=UTC))
    dovecot.deliver(mail(2), at=datetime(2026, 5, 2, tzinfo=UTC))
    poll(channel)
    assert subjects() == ["Mail 2"]


def test_backlog_larger_than_a_chunk_is_stored_whole(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "CHUNK_MAILS", 7)
    dovecot.deliver(*(mail(n) for n in range(23)))
    assert poll_channel(channel_id=channel.pk) == 23
    assert subjects() == [f"Mail {n}" for n in range(23)]


def test_poll_over_its_time_budget_goes_on_at_once_in_the_next_sweep(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "CHUNK_MAILS", 5)
    monkeypatch.setattr(polling, "BUDGET_SECONDS", -1)
    dovecot.deliver(*(mail(n) for n in range(12)))
    assert poll_channel(channel_id=channel.pk) == 5
    channel.refresh_from_db()
    assert channel.next_poll_at <= datetime.now(UTC)
    poll(channel)
    poll(channel)
    assert len(subjects()) == 12


def test_mail_without_message_id_and_two_mails_with_one_id_are_all_kept(dovecot, channel):
    same_id = [mail(1, body="first"), mail(1, body="second")]
    without_id = [mail(2, message_id=False), mail(3, message_id=False)]
    dovecot.deliver(*same_id, *without_id)
    assert poll_channel(channel_id=channel.pk) == 4


def test_gaps_between_uids_are_passed(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "_FIRST_WINDOW", 3)
    dovecot.deliver(*(mail(n) for n in range(12)))
    client = dovecot.client()
    client.select("INBOX")
    client.uid("STORE", "1:9", "+FLAGS", r"(\Deleted)")
    client.expunge()
    client.logout()
    assert poll_channel(channel_id=channel.pk) == 3


@pytest.mark.parametrize("cut_after", [60, 300, 700, 1200, 1800, 2500, 3200])
def test_connection_cut_anywhere_loses_and_doubles_nothing(dovecot, channel, cut_after):
    dovecot.deliver(*(mail(n, size=200) for n in range(8)))
    with running_proxy(dovecot.port) as proxy:
        channel.config["imap_port"] = proxy.port
        channel.save()
        proxy.cut_after = cut_after
        poll(channel)
        poll(channel)
        assert channel.consecutive_failures > 0
        proxy.cut_after = None
        poll(channel)
    assert subjects() == [f"Mail {n}" for n in range(8)]
    assert channel.consecutive_failures == 0
    assert channel.last_ok_at is not None


def test_what_came_before_the_cut_is_kept(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "GROUP_MAILS", 1)
    dovecot.deliver(*(mail(n, size=2000) for n in range(6)))
    with running_proxy(dovecot.port) as proxy:
        channel.config["imap_port"] = proxy.port
        channel.save()
        proxy.cut_after = 9000
        poll(channel)
        assert 0 < len(subjects()) < 6
        assert "lost" in channel.last_error
        proxy.cut_after = None
        poll(channel)
    assert subjects() == [f"Mail {n}" for n in range(6)]


def test_new_uidvalidity_reads_again_and_doubles_nothing(dovecot, channel):
    dovecot.deliver(mail(1), mail(2))
    poll(channel)
    before = channel.poll_cursor["INBOX"]["uidvalidity"]
    dovecot.forget_numbers()
    dovecot.deliver(mail(3))
    poll(channel)
    assert channel.poll_cursor["INBOX"]["uidvalidity"] != before
    assert subjects() == ["Mail 1", "Mail 2", "Mail 3"]


def test_reading_again_starts_some_days_before_the_last_success(dovecot, channel):
    long_ago, outage = datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) - timedelta(days=4)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=5)):
        poll(channel)
    assert subjects() == []
    dovecot.deliver(mail(1), at=long_ago)
    dovecot.deliver(mail(2), at=outage)
    dovecot.forget_numbers()
    dovecot.deliver(mail(3))
    poll(channel)
    assert subjects() == ["Mail 2", "Mail 3"]


def test_folder_deleted_and_made_again_is_read_from_its_start(dovecot):
    channel = mailbox_channel(dovecot, folders=["Orders"])
    dovecot.deliver(mail(1), mail(2), folder="Orders")
    poll(channel)
    dovecot.delete_folder("Orders")
    poll(channel)
    assert "does not open the folder" in channel.last_error
    dovecot.deliver(mail(3), folder="Orders")
    poll(channel)
    assert subjects() == ["Mail 1", "Mail 2", "Mail 3"]
    assert channel.consecutive_failures == 0


def test_several_folders_are_read(dovecot):
    channel = mailbox_channel(dovecot, folders=["INBOX", "Bestellungen/Größe"])
    client = dovecot.client()
    client.create("Bestellungen/Gr&APYA3w-e")
    client.append("Bestellungen/Gr&APYA3w-e", "", datetime.now(UTC), mail(2))
    client.logout()
    dovecot.deliver(mail(1))
    poll(channel)
    assert subjects() == ["Mail 1", "Mail 2"]


def test_mail_over_the_limit_keeps_its_headers_and_is_fetched_on_request(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_TOTAL_BYTES", 50_000)
    dovecot.deliver(mail(1), mail(2, size=200_000), mail(3))
    assert poll_channel(channel_id=channel.pk) == 3
    event = InboundEvent.objects.get(state="quarantined")
    assert event.reason_code == "too_large"
    assert b"Subject: Mail 2" in bytes(event.body)
    assert len(event.body) < 1000
    assert event.size > 200_000
    assert poll_channel(channel_id=channel.pk) == 0
    fetch_anyway(event_id=event.pk)
    event.refresh_from_db()
    assert (event.state, event.reason_code) == ("received", "")
    assert event.size > 200_000
    assert event.body_file


def test_oversize_mail_is_found_by_its_id_after_new_numbers(dovecot, channel, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_TOTAL_BYTES", 50_000)
    dovecot.deliver(mail(1, size=60_000))
    poll(channel)
    dovecot.forget_numbers()
    poll(channel)
    event = InboundEvent.objects.get()
    fetch_anyway(event_id=event.pk)
    event.refresh_from_db()
    assert event.state == "received"


@pytest.mark.parametrize(("action", "expected"), [("leave", b""), ("seen", b"\\Seen")])
def test_fetched_mail_is_marked_as_the_channel_says(dovecot, action, expected):
    channel = mailbox_channel(dovecot, after_storing=action)
    dovecot.deliver(mail(1))
    poll(channel)
    assert dovecot.flags()[1].replace(b"\\Recent", b"").strip() == expected


def test_fetched_mail_is_moved_and_mail_deleted_by_others_stays(dovecot):
    channel = mailbox_channel(dovecot, after_storing="move", move_to_folder="Done")
    client = dovecot.client()
    client.create("Done")
    client.logout()
    dovecot.deliver(mail(1), mail(2))
    poll(channel)
    assert dovecot.flags() == {}
    assert len(dovecot.flags("Done")) == 2


def test_missing_target_folder_does_not_stop_fetching(dovecot):
    channel = mailbox_channel(dovecot, after_storing="move", move_to_folder="Nowhere")
    dovecot.deliver(mail(1))
    poll(channel)
    dovecot.deliver(mail(2))
    poll(channel)
    assert subjects() == ["Mail 1", "Mail 2"]


def test_mail_that_always_breaks_the_connection_is_put_aside_after_long_patience(dovecot, channel):
    dovecot.deliver(mail(1, size=20_000), mail(2))
    with running_proxy(dovecot.port) as proxy:
        channel.config["imap_port"] = proxy.port
        channel.save()
        proxy.cut_after = 5000
        for _ in range(10):
            poll(channel)
        assert subjects() == []
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
            poll(channel)
    first, second = InboundEvent.objects.order_by("pk")
    assert (first.state, first.reason_code) == ("quarantined", "unreadable_at_server")
    assert second.state == "received"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_is_fetched_over_an_encrypted_connection(dovecot, monkeypatch, security):
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    channel = mailbox_channel(dovecot, imap_security=security, imap_port=port, imap_host="localhost")
    dovecot.deliver(mail(1))
    poll(channel)
    assert subjects() == ["Mail 1"]


def finding(channel):
    channel.save()
    return next(found for found in check_channel(channel_id=channel.pk) if not found.is_ok)


def test_certificate_that_nobody_vouches_for_is_refused_with_advice(dovecot):
    found = finding(mailbox_channel(dovecot, imap_security="tls", imap_port=dovecot.tls_port))
    assert "certificate" in found.what
    assert found.advice


def test_wrong_password_is_named(dovecot, channel):
    channel.store_secrets({"imap_password": "wrong"})
    found = finding(channel)
    assert "refuses the login" in found.what
    assert "wrong" not in found.what
    assert "app password" in found.advice


def test_missing_folder_is_named(dovecot):
    found = finding(mailbox_channel(dovecot, folders=["Nowhere"]))
    assert "does not open the folder" in found.what


def test_closed_port_is_named(dovecot):
    found = finding(mailbox_channel(dovecot, imap_port=1))
    assert "takes no connections on port 1" in found.what


def test_tls_on_the_plain_port_is_named(dovecot):
    found = finding(mailbox_channel(dovecot, imap_security="tls"))
    assert "encrypted" in found.what


def test_working_mailbox_is_reported_step_by_step(dovecot, channel, smtp_sink):
    channel.config |= smtp_sink.config()
    channel.save()
    findings = check_channel(channel_id=channel.pk)
    assert [found.is_ok for found in findings] == [True] * len(findings)
    assert len(findings) == 4


def test_server_that_dribbles_is_given_up(dovecot, channel, monkeypatch):
    monkeypatch.setattr("channels_app.adapters.email.adapter.CHUNK_SECONDS", 1.0)
    dovecot.deliver(mail(1, size=5000))
    with running_proxy(dovecot.port) as proxy:
        channel.config["imap_port"] = proxy.port
        channel.save()
        adapter = adapter_for(channel)
        adapter._imap()
        proxy.seconds_per_byte = 0.01
        with pytest.raises(Exception, match="too slow"):
            adapter.poll({})


@pytest.mark.parametrize("security", ["plain", "tls"])
def test_server_that_dribbles_its_greeting_is_given_up(dovecot, channel, monkeypatch, security):
    monkeypatch.setattr("channels_app.adapters.email.imap.OPEN_SECONDS", 0.5)
    monkeypatch.setattr("channels_app.adapters.email.imap_client.IO_SECONDS", 1.5)
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    with running_proxy(dovecot.tls_port if security == "tls" else dovecot.port) as proxy:
        proxy.seconds_per_byte = 0.05
        channel.config |= {"imap_port": proxy.port, "imap_security": security}
        started = monotonic()
        with pytest.raises(Exception, match="in time"):
            adapter_for(channel).poll({})
    assert monotonic() - started < 10


def test_huge_attachment_is_never_downloaded_unasked_and_filed_when_asked_for(dovecot, channel):
    encoded = base64.encodebytes(b"x" * 57 * 1000)
    size = 40 * 1024 * 1024
    head = (
        b"From: c@customer.example\nMessage-ID: <big@customer.example>\nSubject: Big\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the file\n--b\nContent-Type: application/zip\n"
        b"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=big.zip\n\n"
    )
    dovecot.deliver(mail(1), head + encoded * (size // len(encoded)) + b"--b--\n", mail(2))
    tracemalloc.start()
    poll(channel)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024
    event = InboundEvent.objects.get(state="quarantined")
    assert event.size > size
    assert InboundEvent.objects.count() == 3
    fetch_anyway(event_id=event.pk)
    event.refresh_from_db()
    (item,) = adapter_for(channel).parse(read_raw_event(event))
    assert item.text.strip() == "See the file"
    assert item.attachments[0].size > 25_000_000
