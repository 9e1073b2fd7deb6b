"""Customers who do not answer are reminded, and what waits in vain is resolved."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from helpdesk.core.models import SiteSettings
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import set_pending
from tickets.services.reminding import remind_silent_customers
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def rhythm(db: None) -> SiteSettings:
    site, _made = SiteSettings.objects.get_or_create(pk=1)
    site.remind_after, site.most_reminders, site.resolve_silent_after = 2 * DAY, 1, 3 * DAY
    site.save()
    return site


def waiting_ticket(agent: Any, **fields: Any) -> Ticket:
    ticket = make_ticket(make_channel(kind="whatsapp"), **fields)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Which order is it?", status_after="pending")
    return ticket


def reminders(ticket: Ticket) -> int:
    return Message.objects.filter(ticket=ticket, purpose="reminder").count()


def test_a_silent_customer_is_reminded_once_and_the_ticket_then_resolved(
    rhythm: SiteSettings, agent: Any, time_machine: Any
) -> None:
    start = timezone.now()
    channel = make_channel()
    ticket = make_ticket(channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Which one?", status_after="pending")
    for after, reminded, status in (
        (1.9, 0, "pending"),
        (2.1, 1, "pending"),
        (4.9, 1, "pending"),
        (5.2, 1, "resolved"),
    ):
        time_machine.move_to(start + after * DAY)
        remind_silent_customers()
        remind_silent_customers()
        assert (reminders(ticket), Ticket.objects.get(pk=ticket.pk).status) == (reminded, status)


def test_an_answer_ends_it_and_waiting_again_starts_anew(rhythm: SiteSettings, agent: Any, time_machine: Any) -> None:
    start = timezone.now()
    ticket = waiting_ticket(agent)
    time_machine.move_to(start + DAY)
    receive_message(ticket.channel, text="Order 12")
    time_machine.move_to(start + 3 * DAY)
    assert remind_silent_customers() == 0
    set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    time_machine.move_to(start + 4.5 * DAY)
    assert remind_silent_customers() == 0


def test_where_the_provider_takes_nothing_any_more_nothing_is_sent(
    rhythm: SiteSettings, agent: Any, time_machine: Any
) -> None:
    start = timezone.now()
    ticket = waiting_ticket(agent)
    time_machine.move_to(start + 2.5 * DAY)
    assert remind_silent_customers() == 1
    assert reminders(ticket) == 0
    assert Ticket.objects.get(pk=ticket.pk).reminder_count == 1


def test_without_a_setting_nobody_is_reminded(agent: Any, time_machine: Any) -> None:
    ticket = waiting_ticket(agent)
    time_machine.move_to(timezone.now() + 60 * DAY)
    assert remind_silent_customers() == 0
    assert Ticket.objects.get(pk=ticket.pk).status == "pending"


def test_a_ticket_that_cannot_be_reminded_keeps_no_other_from_it(
    rhythm: SiteSettings, agent: Any, time_machine: Any
) -> None:
    start = timezone.now()
    broken = make_ticket(make_channel(), status="pending", remind_at=start, last_message_at=start)
    Message.objects.filter(ticket=broken).update(ticket=make_ticket(make_channel()))
    Conversation.objects.filter(active_ticket=broken).update(active_ticket=None)
    ticket = make_ticket(make_channel())
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Which one?", status_after="pending")
    time_machine.move_to(start + 2.5 * DAY)
    assert remind_silent_customers() == 1
    assert reminders(ticket) == 1
    assert remind_silent_customers() == 0


def test_settings_made_more_patient_hold_for_what_waits_already(
    rhythm: SiteSettings, agent: Any, time_machine: Any
) -> None:
    start = timezone.now()
    ticket = waiting_ticket(agent)
    rhythm.remind_after, rhythm.resolve_silent_after = None, 10 * DAY
    rhythm.save()
    for after, status in ((2.5, "pending"), (9.9, "pending"), (10.1, "resolved")):
        time_machine.move_to(start + after * DAY)
        remind_silent_customers()
        assert Ticket.objects.get(pk=ticket.pk).status == status
