"""Kills between the click and the customer's mailbox: every reply ends as sent or as unknown, and is shown."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from tests.faults.conftest import KILLS, free_port

OFFERED = 2 * KILLS + 12
STEPS = ["delivery.after_claim", "delivery.before_send", "delivery.after_send", "delivery.after_commit"]
REACHED_THE_CUSTOMER = {"delivery.after_send"}


class Sink:
    """A mail server that keeps the Message-ID of everything it takes."""

    def __init__(self):
        self.ids = Counter()

    async def handle_DATA(self, server, session, envelope):
        for line in envelope.content.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").splitlines():
            if line.lower().startswith(b"message-id:"):
                self.ids[line.split(b"<")[1].split(b">")[0].decode()] += 1
        return "250 taken"


@pytest.fixture
def mail_server():
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    sink.port = controller.server.sockets[0].getsockname()[1]
    yield sink
    controller.stop()


def queue_replies(world, mail_server, *, resend_unknown=False):
    config = {
        "address": "support@desk.example",
        "smtp_host": "127.0.0.1",
        "smtp_port": mail_server.port,
        "smtp_security": "plain",
    }
    world.run("create_channel", kind="email", slug="support", config=config, resend_unknown=resend_unknown)
    world.run("store_mails", slug="support", count=OFFERED)
    assert world.run("drain") == 0
    assert world.run("reply_to_all") == 0


def states(world):
    rows = world.query("SELECT external_id, delivery_state FROM tickets_message WHERE direction = 'out'")
    return dict(rows)


@pytest.mark.parametrize("step", STEPS)
def test_killed_sender_leaves_every_mail_sent_once_or_unknown(world, counted, mail_server, step):
    queue_replies(world, mail_server)
    killed = world.kill_at(step, "drain")
    assert world.run("drain") == 0
    found = states(world)
    sent = {external_id for external_id, state in found.items() if state == "sent"}
    unknown = {external_id for external_id, state in found.items() if state == "unknown"}
    counted(
        kills=killed, offered=OFFERED, sent=len(sent), unknown=len(unknown), at_the_server=sum(mail_server.ids.values())
    )
    assert killed == KILLS
    assert len(sent) + len(unknown) == OFFERED
    assert sent <= set(mail_server.ids) <= set(found)
    assert max(mail_server.ids.values()) == 1
    assert len(unknown) == (0 if step == "delivery.after_commit" else KILLS)
    assert bool(unknown & set(mail_server.ids)) == (step in REACHED_THE_CUSTOMER)
    assert world.count("tickets_ticket WHERE notice = 'delivery_unknown'") == len(unknown)


def test_channel_that_sends_again_repeats_at_most_once_per_kill_and_under_the_same_id(world, counted, mail_server):
    queue_replies(world, mail_server, resend_unknown=True)
    killed = world.kill_at("delivery.after_send", "drain")
    assert world.run("drain") == 0
    repeats = sum(mail_server.ids.values()) - OFFERED
    counted(kills=killed, offered=OFFERED, sent=len(mail_server.ids), repeats=repeats)
    assert set(states(world).values()) == {"sent"}
    assert set(mail_server.ids) == set(states(world))
    assert repeats <= killed == KILLS


class Receiver(BaseHTTPRequestHandler):
    """Another system: takes each id once, answers every repetition the same."""

    ids: Counter = Counter()

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.ids[self.headers["webhook-id"]] += 1
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args):
        return


@pytest.mark.parametrize("step", STEPS)
def test_killed_sender_ends_every_message_as_sent_where_the_receiver_knows_the_id(world, counted, step):
    Receiver.ids = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    config = {"deliver_url": f"http://127.0.0.1:{server.server_port}/in"}
    world.run("create_channel", kind="api", slug="shop", config=config, secrets={"signing_secrets": [secret]})
    world.run("store_items", slug="shop", count=OFFERED)
    assert world.run("drain") == 0
    assert world.run("reply_to_all") == 0
    killed = world.kill_at(step, "drain")
    assert world.run("drain") == 0
    server.shutdown()
    counted(kills=killed, offered=OFFERED, sent=len(Receiver.ids), repeats=sum(Receiver.ids.values()) - OFFERED)
    assert killed == KILLS
    assert set(states(world).values()) == {"sent"}
    uuids = {str(row[0]) for row in world.query("SELECT uuid FROM tickets_message WHERE direction = 'out'")}
    assert set(Receiver.ids) == uuids
