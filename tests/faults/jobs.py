"""What the children of the zygote do: the product's own services, as its workers call them."""

import json
import socketserver
from datetime import timedelta
from time import monotonic
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import F
from django.db.utils import Error

from channels_app.adapters.base import RawEvent
from channels_app.models import Channel
from channels_app.services.polling import poll_channel
from channels_app.services.storing import store_events
from helpdesk.accounts.models import User
from tests.factories import make_channel, make_item
from tests.faults.digest_jobs import mail_digests, note_down_digests  # noqa: F401 - jobs by their names
from tests.faults.gift_jobs import give_codes, open_corrected_cases  # noqa: F401 - jobs by their names
from tests.faults.mails import make_mail
from tests.faults.survey_jobs import end_many_contacts, plan_and_ask, plan_mails  # noqa: F401 - jobs by their names
from tests.faults.vote_jobs import ask_everybody, scan_everything, vote_everybody  # noqa: F401 - jobs by their names
from tickets.models import SLAPolicy, SLATarget, SLATimer, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import recover_expired_leases, send_due_messages
from tickets.services.enforcement import enforce_time_limits
from tickets.services.escalation import carry_out_escalations
from tickets.services.intake import receive
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


def drain_whatever_happens() -> None:
    """Work on, with new connections, when the database goes away and comes back."""
    deadline = monotonic() + 100
    while True:
        try:
            return drain()
        except Error:
            connection.close()
            if monotonic() > deadline:
                raise


def migrate() -> None:
    call_command("migrate", verbosity=0)


def poll(slug: str) -> None:
    poll_channel(channel_id=Channel.objects.get(slug=slug).pk)


def open_late_tickets(count: int) -> None:
    """Tickets whose first response was due an hour ago; a policy that has something done then, and somebody to be told."""
    agent = User.objects.create_superuser("agent", password="a long password")
    policy = SLAPolicy.objects.create(name="Everybody", breach_actions=[{"do": "add_note", "text": "Late"}])
    SLATarget.objects.create(policy=policy, metric="first_response", seconds=3600)
    channel = make_channel(kind="email", slug="support")
    for _number in range(count):
        receive(channel=channel, item=make_item())
    Ticket.objects.update(assignee=agent)
    SLATimer.objects.update(due_at=F("due_at") - timedelta(hours=2))


def enforce() -> None:
    """Sweep until nothing is due."""
    while enforce_time_limits() + carry_out_escalations():
        pass


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        return


class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


def serve(port: int) -> None:
    make_server("127.0.0.1", port, get_wsgi_application(), ThreadingServer, QuietHandler).serve_forever()
