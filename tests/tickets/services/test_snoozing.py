"""Putting a ticket aside until a time."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.common.errors import Conflict, InvalidInput
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Notification, Ticket, TicketEvent
from tickets.selectors.inbox import list_tickets
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket
from tickets.services.snoozing import snooze_ticket, wake_due_tickets, wake_ticket

pytestmark = pytest.mark.django_db


def in_view(agent: Any, view: str) -> list[int]:
    return [ticket.pk for ticket in list_tickets(user=agent, view=view).rows]


def test_ticket_that_is_put_aside_leaves_the_inbox_and_comes_back_at_its_time(agent: Any, time_machine: Any) -> None:
    ticket = make_ticket(make_channel(), assignee=agent)
    until = timezone.now() + timedelta(hours=3)
    snooze_ticket(ticket_id=ticket.pk, until=until, actor=Actor.agent(agent))
    assert in_view(agent, "mine") == [] == in_view(agent, "open")
    assert in_view(agent, "snoozed") == [ticket.pk]
    assert wake_due_tickets() == 0
    time_machine.move_to(until + timedelta(seconds=1))
    assert wake_due_tickets() == 1
    assert wake_due_tickets() == 0
    assert in_view(agent, "mine") == [ticket.pk]
    assert Notification.objects.get(user=agent).kind == "snooze_over"


def test_a_customers_message_ends_it(agent: Any) -> None:
    channel = make_channel(kind="whatsapp")
    ticket = make_ticket(channel)
    snooze_ticket(ticket_id=ticket.pk, until=timezone.now() + timedelta(hours=3), actor=Actor.agent(agent))
    receive_message(channel, text="One more thing")
    assert Ticket.objects.get(pk=ticket.pk).snoozed_until is None


def test_the_running_contact_ends_with_it(agent: Any) -> None:
    channel = make_channel(kind="whatsapp")
    ticket = make_ticket(channel)
    snooze_ticket(ticket_id=ticket.pk, until=timezone.now() + timedelta(hours=3), actor=Actor.agent(agent))
    receive_message(channel, text="One more thing")
    assert Ticket.objects.get(pk=ticket.pk).contact_number == 2


def test_a_time_that_is_past_or_far_away_and_a_resolved_ticket_are_refused(agent: Any) -> None:
    ticket = make_ticket(make_channel())
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(InvalidInput, match="future"):
            snooze_ticket(ticket_id=ticket.pk, until=until, actor=Actor.agent(agent))
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    with pytest.raises(Conflict):
        snooze_ticket(ticket_id=ticket.pk, until=timezone.now() + timedelta(hours=1), actor=Actor.agent(agent))


def test_it_can_be_taken_back(agent: Any) -> None:
    ticket = make_ticket(make_channel())
    snooze_ticket(ticket_id=ticket.pk, until=timezone.now() + timedelta(hours=3), actor=Actor.agent(agent))
    wake_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    told = TicketEvent.objects.filter(ticket=ticket, kind="ticket.snoozed").order_by("sequence")
    assert [event.data.get("why", "") for event in told] == ["", "taken_back"]


def test_agent_chooses_a_time_from_the_menu_or_his_own(agent: Any, client: Client) -> None:
    ticket = make_ticket(make_channel())
    client.force_login(agent)
    menu = client.get(reverse("admin:tickets_ticket_snooze_menu", args=[ticket.pk])).content.decode()
    assert "In an hour" in menu
    assert "Tomorrow morning" in menu
    do = reverse("admin:tickets_ticket_do", args=[ticket.pk, "snooze"])
    local = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(do, {"custom": local})
    assert "Put aside until" in answer.headers["HX-Trigger"]
    assert "put aside until" in answer.content.decode()
    for wrong in ("", "soon", "2026-13-45T10:00"):
        assert client.post(do, {"custom": wrong}).json()["code"] == "invalid_until"
