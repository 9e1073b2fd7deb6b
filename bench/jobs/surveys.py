"""Asking customers: thousands of contacts that end in the same minute, planned and then asked."""

import uuid
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.measuring import Meter, backend_pid
from bench.table import Row
from channels_app.models import Channel
from channels_app.services.channels import create_channel
from helpdesk.common.clock import now
from surveys.models import Invitation
from surveys.services.planning import plan_surveys, plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import BATCH, send_due_surveys
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket, TicketEvent

ENDED = 10_000
LEAST_A_SECOND = 100
_ROWS = 2000


def rows() -> list[Row]:
    """Planning and asking; the tickets stay in the database."""
    ensure_preset_survey()
    channel = create_channel(
        kind="email", slug="bench-surveys", config={"address": "ask@desk.example"}, secrets={}, brand_name="Bench"
    )
    end_contacts(channel, ENDED)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE tickets_ticket, tickets_ticketevent, tickets_message, tickets_conversation")
    return [_planning_row(channel), _asking_row()]


def end_contacts(channel: Channel, count: int) -> None:
    """So many answered and resolved tickets, each of another customer; their questions are due."""
    moment = now()
    at = moment - timedelta(hours=1)
    customers = Customer.objects.bulk_create(
        [Customer(name=f"Customer {n}", sort_name=f"customer {n}", created_at=at) for n in range(count)], _ROWS
    )
    identities = CustomerIdentity.objects.bulk_create(
        [
            CustomerIdentity(customer=customer, kind="email", address=f"c{customer.pk}@customer.example")
            for customer in customers
        ],
        _ROWS,
    )
    tickets = Ticket.objects.bulk_create(
        [
            Ticket(
                subject="Late", customer=customer, channel=channel, status="resolved", opened_at=at, last_message_at=at,
                event_sequence=3,
            )
            for customer in customers
        ],
        _ROWS,
    )  # fmt: skip
    conversations = Conversation.objects.bulk_create(
        [
            Conversation(
                channel=channel, identity=identity, customer_id=identity.customer_id, external_thread_id=uuid.uuid4().hex,
                active_ticket=ticket, last_customer_message_at=at, last_message_at=at, created_at=at,
            )
            for identity, ticket in zip(identities, tickets, strict=True)
        ],
        _ROWS,
    )  # fmt: skip
    messages = Message.objects.bulk_create(
        [
            Message(
                ticket_id=conversation.active_ticket_id, conversation=conversation, channel=channel, direction="in",
                author="customer", author_identity_id=conversation.identity_id, text="Where?", received_at=at, sort_at=at,
            )
            for conversation in conversations
        ],
        _ROWS,
    )  # fmt: skip
    TicketEvent.objects.bulk_create([event for message in messages for event in _log(message)], _ROWS)


def _log(message: Message) -> list[TicketEvent]:
    """What the log of an answered and resolved ticket holds."""
    at = message.received_at
    told = [
        ("message.received", "customer", {"message": message.pk, "contact": 1, "sort_at": at.isoformat()}),
        ("ticket.replied", "agent", {"message": 0, "contact": 1, "conversation": message.conversation_id}),
        ("ticket.resolved", "agent", {"contact": 1, "from": "open", "reason": ""}),
    ]
    return [
        TicketEvent(ticket_id=message.ticket_id, sequence=number, at=at, kind=kind, actor_kind=who, data=data)
        for number, (kind, who, data) in enumerate(told, start=1)
    ]


def _planning_row(channel: Channel) -> Row:
    with Meter(backend_pid()) as meter:
        planned = plan_surveys()
    ids = list(Ticket.objects.filter(channel=channel).order_by("pk").values_list("pk", flat=True)[:500])
    with CaptureQueriesContext(connection) as queries:
        plan_tickets(ids)
    rate = planned / meter.cpu
    return Row(
        job=f"{ENDED:,} contacts end: planned",
        ours=f"{rate:,.0f} a second of processor time",
        floor=f">= {LEAST_A_SECOND}/s",
        met=planned == ENDED and rate >= LEAST_A_SECOND,
        queries=f"{len(queries)} a batch of 500",
    )


def _asking_row() -> Row:
    asked = 0
    with Meter(backend_pid()) as meter:
        while count := send_due_surveys():
            asked += count
    rate = asked / meter.cpu
    sent = Invitation.objects.filter(state="sent")
    is_each_once = (
        sent.count()
        == sent.values("ticket").distinct().count()
        == Message.objects.filter(purpose="survey").count()
        == ENDED
    )
    return Row(
        job=f"{ENDED:,} questions due at once: asked",
        ours=f"{rate:,.0f} a second of processor time, " + ("each once" if is_each_once else "NOT each once"),
        floor=f">= {LEAST_A_SECOND}/s",
        met=is_each_once and rate >= LEAST_A_SECOND,
        queries=f"batches of {BATCH}",
    )
