"""A promise and what becomes of it: policy, mail, warning, missed limit, notice, late answer, figure."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from channels_app.services.polling import poll_channel
from helpdesk.accounts.services import create_api_key
from tests.factories import make_channel
from tests.support.dovecot import PASSWORD
from tickets.models import Ticket, TicketEvent
from tickets.services.delivery import send_due_messages
from tickets.services.enforcement import enforce_time_limits
from tickets.services.processing import process_waiting_events

OPENING = b"""From: Carla Customer <carla@customer.example>
To: support@desk.example
Subject: My lamp is broken
Message-ID: <first@customer.example>

It does not light up any more.
"""
CLOCKS = {
    "tickets_slatimer": ("started_at", "warn_at", "due_at"),
    "tickets_ticket": ("opened_at", "waiting_since", "last_message_at", "next_due_at"),
    "tickets_message": ("received_at", "sort_at"),
}


def move_clock(**span: float) -> None:
    """As if so much time had gone by: everything that was written happened that much earlier."""
    with connection.cursor() as cursor:
        for table, columns in CLOCKS.items():
            moved = ", ".join(f"{column} = {column} - %(span)s" for column in columns)
            cursor.execute(f"UPDATE {table} SET {moved}", {"span": timedelta(**span)})


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_promised_warned_of_missed_told_and_counted(
    mailbox: Any, smtp_sink: Any, person: Any, settings: Any
) -> None:
    settings.HELPDESK_UNDO_SECONDS = 0
    ana, adam = person("ana", "agent", first_name="Ana"), person("adam", "administrator")
    _row, key = create_api_key(user=adam, name="CI", scopes=["read", "write"])
    api = APIClient(headers={"authorization": f"Bearer {key}"})
    policy = {
        "name": "An hour by mail",
        "conditions": {"all": [{"field": "channel_kind", "test": "is", "value": ["email"]}]},
        "targets": [{"metric": "first_response", "seconds": 3600, "warn_before_seconds": 900}],
    }
    assert api.post("/api/v1/sla-policies/", policy, format="json").status_code == 201
    config = mailbox.config() | smtp_sink.config() | {"address": "support@desk.example"}
    channel = make_channel(kind="email", slug="support", config=config, secrets={"imap_password": PASSWORD})
    mailbox.deliver(OPENING)
    poll_channel(channel_id=channel.pk)
    process_waiting_events()
    ticket = Ticket.objects.get()
    Ticket.objects.update(assignee=ana)
    desk = Client()
    desk.force_login(ana)
    inbox, page = reverse("admin:tickets_ticket_changelist"), reverse("admin:tickets_ticket_change", args=[ticket.pk])

    assert enforce_time_limits() == 0
    move_clock(minutes=50)
    enforce_time_limits()
    enforce_time_limits()
    assert desk.get(reverse("admin:notifications_count")).json() == {"unread": 1}
    assert "is due" in desk.get(reverse("admin:notifications")).content.decode()

    move_clock(minutes=20)
    enforce_time_limits()
    enforce_time_limits()
    told = TicketEvent.objects.filter(ticket=ticket, kind__startswith="sla.").order_by("sequence")
    assert list(told.values_list("kind", flat=True)) == ["sla.warned", "sla.breached"]
    assert desk.get(reverse("admin:notifications_count")).json() == {"unread": 2}
    assert f"#{ticket.number}" in desk.get(inbox, {"view": "late"}).content.decode()
    assert "late" in desk.get(page).content.decode()

    answer = {"kind": "message", "text": "We send you a new one."}
    assert desk.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), answer).status_code == 204
    send_due_messages()
    assert len(smtp_sink.messages) == 1
    assert f"#{ticket.number}" not in desk.get(inbox, {"view": "late"}).content.decode()
    timer = api.get("/api/v1/sla-timers/", {"ticket": ticket.pk}).json()["results"][0]
    assert (timer["state"], timer["breached_at"] == timer["due_at"], timer["met_at"] is not None) == (
        "breached",
        True,
        True,
    )
