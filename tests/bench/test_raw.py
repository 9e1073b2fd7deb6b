"""The raw function stores what the product stores, or the comparison would be unfair."""

from pathlib import Path

import pytest
from django.db import connection

import bench
from bench.jobs import ingest
from bench.mails import mails
from tests.factories import make_channel
from tickets.models import Attachment, Message, MessageSearch, Ticket, TicketEvent


@pytest.mark.django_db
def test_raw_function_stores_as_much_as_the_product():
    stored = []
    with connection.cursor() as cursor:
        cursor.execute(Path(bench.__file__).with_name("raw.sql").read_text())
    for number in (0, 1):
        channel = make_channel(kind="email", slug=f"side{number}")
        for mail in mails(40, seed=number + 1):
            if number == 0:
                ingest.ingest(channel, mail.as_bytes(channel.config["address"]))
            else:
                with connection.cursor() as cursor:
                    cursor.execute(ingest.CALL, ingest.raw_arguments(channel, mail))
        stored.append(counts(channel))
    ours, raw = stored
    assert raw["messages"] == ours["messages"] == 40
    assert raw["search"] == ours["search"] == 40
    assert raw["events"] == raw["tickets"] + 40
    assert ours["events"] == ours["tickets"] + 40


def counts(channel) -> dict[str, int]:
    return {
        "tickets": Ticket.objects.filter(channel=channel).count(),
        "messages": Message.objects.filter(channel=channel).count(),
        "search": MessageSearch.objects.filter(message__channel=channel).count(),
        "files": Attachment.objects.filter(message__channel=channel).count(),
        "events": TicketEvent.objects.filter(ticket__channel=channel).count(),
    }
