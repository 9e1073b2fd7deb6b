"""Readers of the event log miss nothing and read nothing twice."""

import threading
from time import monotonic

import pytest
from django.db import connection, transaction

from tests.factories import make_channel, make_ticket
from tickets.models import FollowerPosition, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.following import read_new_events


def read_all(name="reader"):
    with read_new_events(name=name) as events:
        return [event.pk for event in events]


def read(count, name="reader"):
    """Read until ``count`` events came: a transaction anywhere in the cluster holds the horizon back for a moment."""
    seen: list[int] = []
    deadline = monotonic() + 30
    while len(seen) < count and monotonic() < deadline:
        seen += read_all(name)
    return seen


def wait_for_horizon():
    """Return when everything written so far may be read."""
    deadline = monotonic() + 30
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(xid::text::bigint) FROM tickets_ticketevent")
        newest = cursor.fetchone()[0]
        while monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] > newest:
                return


@pytest.mark.django_db(transaction=True)
def test_reader_gets_each_event_once():
    make_ticket(make_channel())
    assert len(read(2)) == 2
    assert read_all() == []
    assert len(read(2, "another")) == 2


@pytest.mark.django_db(transaction=True)
def test_failing_reader_reads_the_same_again():
    make_ticket(make_channel())
    wait_for_horizon()
    with pytest.raises(RuntimeError), read_new_events(name="reader"):
        raise RuntimeError
    assert len(read(2)) == 2


@pytest.mark.django_db(transaction=True)
def test_event_that_commits_late_is_not_skipped():
    slow = make_ticket(make_channel())
    fast = make_ticket(make_channel())
    assert len(read(4)) == 4
    written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                write_event(
                    ticket=Ticket.objects.select_for_update().get(pk=slow.pk),
                    kind="ticket.subject_changed",
                    actor=Actor.system(),
                )
                written.set()
                may_commit.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(10)
    with transaction.atomic():
        write_event(
            ticket=Ticket.objects.select_for_update().get(pk=fast.pk),
            kind="ticket.subject_changed",
            actor=Actor.system(),
        )
    first = read_all()
    may_commit.set()
    thread.join()
    assert sorted(first + read(2 - len(first))) == sorted(
        TicketEvent.objects.order_by("-pk").values_list("pk", flat=True)[:2]
    )


@pytest.mark.django_db(transaction=True)
def test_event_log_refuses_update_and_delete():
    from django.db.utils import DatabaseError

    make_ticket(make_channel())
    with pytest.raises(DatabaseError, match="append-only"):
        TicketEvent.objects.update(kind="x")
    with pytest.raises(DatabaseError, match="append-only"):
        TicketEvent.objects.all().delete()
    assert FollowerPosition.objects.count() == 0


@pytest.mark.django_db
def test_unknown_kind_or_key_is_refused(email_channel):
    ticket = make_ticket(email_channel)
    with pytest.raises(ValueError, match="registry"):
        write_event(ticket=ticket, kind="ticket.exploded", actor=Actor.system())
    with pytest.raises(ValueError, match="registry"):
        write_event(ticket=ticket, kind="ticket.noted", actor=Actor.system(), data={"text": "secret"})
