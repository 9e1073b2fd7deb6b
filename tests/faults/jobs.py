"""What the children of the zygote do: the product's own services, as its workers call them."""

import json
import socketserver
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application

from channels_app.adapters.base import RawEvent
from channels_app.models import Channel
from channels_app.services.polling import poll_channel
from channels_app.services.storing import store_events
from helpdesk.accounts.models import User
from tests.factories import make_channel
from tests.faults.mails import make_mail
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import recover_expired_leases, send_due_messages
from tickets.services.processing import process_waiting_events
from tickets.services.replies import reply_to_ticket


def create_channel(**fields: Any) -> None:
    make_channel(**fields)


def store_mails(slug: str, count: int) -> None:
    channel = Channel.objects.get(slug=slug)
    store_events(channel=channel, events=[RawEvent(body=make_mail(n), source="cli") for n in range(count)])


def store_items(slug: str, count: int) -> None:
    channel = Channel.objects.get(slug=slug)
    items = [
        {"type": "message", "id": f"m{n}", "sender": {"id": f"u{n}", "name": f"U {n}"}, "text": f"Hello {n}"}
        for n in range(count)
    ]
    store_events(
        channel=channel, events=[RawEvent(body=json.dumps({"items": [item]}).encode(), source="cli") for item in items]
    )


def reply_to_all() -> None:
    agent = User.objects.create_superuser("agent", password="a long password")
    for ticket_id in Ticket.objects.order_by("pk").values_list("pk", flat=True):
        reply_to_ticket(ticket_id=ticket_id, actor=Actor.agent(agent), text=f"Answer {ticket_id}")


def drain() -> None:
    """Work until a whole round finds nothing to do."""
    while process_waiting_events() + recover_expired_leases() + send_due_messages():
        pass


def poll(slug: str) -> None:
    poll_channel(channel_id=Channel.objects.get(slug=slug).pk)


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        return


class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


def serve(port: int) -> None:
    make_server("127.0.0.1", port, get_wsgi_application(), ThreadingServer, QuietHandler).serve_forever()
