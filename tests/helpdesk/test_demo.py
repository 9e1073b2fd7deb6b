"""The demo looks like a real team's fortnight, and goes without a trace."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.demo.removing import remove_demo
from surveys.models import ActionNotice, RecoveryCase, Response
from tests.factories import make_channel, make_ticket
from tickets.models import Attachment, Customer, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.merging import merge_tickets

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The number of tickets that a first start brings, once; what a test does with them is rolled back after the test."""
    media = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=media, HELPDESK_DEMO=True):
            count = first_start()
        yield count
        transaction.set_rollback(True)


def first_start() -> int:
    """Returns how many tickets it says that it has brought."""
    output = StringIO()
    call_command("prepare_first_start", stdout=output)
    return int(json.loads(output.getvalue())["demo_tickets"])


def verify_events() -> str:
    output = StringIO()
    call_command("verify_events", stdout=output)
    return output.getvalue()


def test_demo_is_a_believable_fortnight(demo):
    tickets = Ticket.objects.all()
    assert 70 <= demo <= 90
    assert Message.objects.count() >= 220
    assert not tickets.filter(is_demo=False).exists()
    assert not Customer.objects.filter(is_demo=False).exists()
    assert {"new", "open", "pending", "on_hold", "resolved", "closed"} == set(tickets.values_list("status", flat=True))
    assert {"en", "de", "fr", "es", "ar", "zh", "km", "ja"} <= set(tickets.values_list("language", flat=True))
    assert {"email", "api", "whatsapp", "instagram", "telegram", "sms", "google_reviews"} == set(
        tickets.values_list("channel__kind", flat=True)
    )
    assert tickets.filter(is_spam=True).exists()
    assert tickets.filter(merged_into__isnull=False).exists()
    assert tickets.filter(reopen_count__gt=0).exists()
    assert tickets.filter(waiting_since__lt=now() - timedelta(days=2), unread_count__gt=0).exists()
    assert tickets.filter(notice="delivery_failed").exists()
    assert Message.objects.filter(delivery_state="unknown").exists()
    assert Message.objects.filter(kind="note").exists()
    assert Message.objects.exclude(html="").exists()
    assert {"image/png", "application/pdf", "text/plain"} <= set(
        Attachment.objects.values_list("content_type", flat=True)
    )
    assert Response.objects.filter(score__lte=6).exists()
    assert Response.objects.filter(score=10).exists()
    assert {"noticed", "apologised"} <= set(RecoveryCase.objects.filter(is_demo=True).values_list("stage", flat=True))
    assert ActionNotice.objects.filter(told_at__isnull=False).exists()


def test_first_start_brings_the_demo_once(demo, settings):
    settings.HELPDESK_DEMO = True
    assert demo == Ticket.objects.count() > 0
    remove_demo()
    assert first_start() == Ticket.objects.count() == 0


def test_demo_lies_in_the_past_and_is_answered_in_working_hours(demo):
    assert not TicketEvent.objects.filter(at__gt=now()).exists()
    assert not TicketEvent.objects.filter(
        sequence__gt=1, at__lt=Ticket.objects.order_by("opened_at")[0].opened_at
    ).exists()
    history = Message.objects.filter(author="agent", ticket__opened_at__lt=now() - timedelta(days=4))
    assert {moment.hour for moment in history.values_list("sort_at", flat=True)} <= set(range(8, 18))


def test_nothing_of_the_demo_waits_to_be_sent(demo):
    assert not Message.objects.filter(delivery_state__in=["queued", "sending"]).exists()


def test_nobody_can_log_in_as_a_demo_agent(demo):
    assert not any(user.has_usable_password() for user in User.objects.filter(username__startswith="demo."))


def test_second_removal_finds_nothing(demo):
    remove_demo()
    assert remove_demo().is_nothing


def test_real_ticket_merged_into_a_demo_ticket_comes_back(demo):
    real = make_ticket(make_channel())
    made_up = Ticket.objects.filter(is_demo=True, status="new").order_by("id")[0]
    merge_tickets(ticket_id=real.pk, into_ticket_id=made_up.pk, actor=Actor.system())
    remove_demo()
    assert list(Ticket.objects.values_list("pk", flat=True)) == [real.pk]
    assert Message.objects.get().ticket_id == real.pk
    assert "no gap" in verify_events()


def test_demo_agent_who_has_real_work_stays(demo):
    mara = User.objects.get(username="demo.mara")
    make_ticket(make_channel(), assignee=mara)
    assert remove_demo().kept == [str(mara)]


def test_event_log_is_closed_again_after_a_removal(demo):
    ticket = make_ticket(make_channel())
    remove_demo()
    with pytest.raises(Exception, match="append-only"):
        TicketEvent.objects.filter(ticket=ticket).delete()


def test_gap_in_a_log_is_found_and_named():
    ticket = make_ticket(make_channel())
    Ticket.objects.filter(pk=ticket.pk).update(event_sequence=7)
    errors = StringIO()
    with pytest.raises(CommandError, match="1 tickets"):
        call_command("verify_events", stderr=errors)
    assert f"ticket {ticket.number} " in errors.getvalue()
