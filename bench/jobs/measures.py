"""The measures: facts made anew from logs, first contact resolution over many facts, and the heartbeat of the workspace."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.jobs.ingest import connection_parameters
from bench.measuring import Compared, backend_pid, compare
from bench.table import Row
from channels_app.models import Channel
from channels_app.services.channels import create_channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.load.generation import generate_load, refresh_statistics
from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.policies.period import last_days
from reporting.services.facts import rebuild_facts
from tickets.models import Customer, Ticket, TicketEvent, WorkInterval
from tickets.services.work import beat

FOLDED, MESSAGES = 2_000, 10_000
FACTS = 100_000
DAYS = 30
BEATS = 200
_ALONE = "SET max_parallel_workers_per_gather = 0"
_STEPS = dict(
    re.findall(
        r"-- step: (\w+)\n(.*?)(?=-- step:|\Z)",
        Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"),
        re.DOTALL,
    )
)


def rows() -> list[Row]:
    """The three lines; what they need is generated and stays in the database."""
    plain = psycopg.connect(**connection_parameters(), autocommit=True)
    pids = (plain.info.backend_pid, backend_pid())
    return [_rebuild_row(plain, pids), _first_contact_row(plain, pids), _beat_row(plain, pids)]


def _rebuild_row(plain: "psycopg.Connection[tuple[object, ...]]", pids: tuple[int, int]) -> Row:
    """Every ticket of a load folded again, against reading the same logs once."""
    generate_load(customers=FOLDED // 5, tickets=FOLDED, messages=MESSAGES)
    refresh_statistics()
    since = now() - timedelta(days=3650)
    rebuild_facts(since=since)
    ids = list(Ticket.objects.values_list("pk", flat=True))

    def read() -> int:
        plain.execute("SELECT * FROM tickets_ticketevent WHERE ticket_id = ANY(%s)", [ids]).fetchall()
        return len(ids)

    found = compare(reference=read, ours=lambda: rebuild_facts(since=since), backends=pids, pairs=3)
    events = TicketEvent.objects.count() / len(ids)
    return Row(
        job=f"rebuild_facts, 1,000 tickets of {events:.0f} events",
        ours=f"{found.ours_ms:.2f} s",
        reference=f"{found.reference_ms:.2f} s, reading the logs",
        ratio=f"{found.ratio:.1f}x",
        floor="<= 5 s",
        ambition="<= 2 s",
        met=found.ours_ms <= 5,
    )


def _first_contact_row(plain: "psycopg.Connection[tuple[object, ...]]", pids: tuple[int, int]) -> Row:
    """A month of 100,000 handled cases by channel, each looked after whether its customer came back."""
    auditor = User.objects.create_user("bench.auditor", is_staff=True)
    auditor.groups.add(Group.objects.get(name="auditor"))
    channel, customer = _channel(), Customer.objects.create(name="Bench")
    numbers = {"customer": customer.pk, "channel": channel.pk, "number": FACTS}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_STEPS["tickets"], numbers)
        cursor.execute(_STEPS["facts"], numbers)
        cursor.execute("VACUUM ANALYZE reporting_ticketfact")
        # What parallel workers spend is not seen by the meter.
        cursor.execute(_ALONE)
    plain.execute(_ALONE)
    period = last_days(DAYS, at=now(), zone=ZoneInfo("UTC"))
    question = Question(user=User.objects.get(pk=auditor.pk), period=period, group_by=GroupBy.CHANNEL)
    metric = METRICS["first-contact-resolution"]

    days = {"start": period.starts_at, "end": period.ends_at}

    def raw() -> int:
        plain.execute(_STEPS["raw"], days).fetchall()
        return 1

    def ours() -> int:
        metric.rows(question)
        return 1

    with CaptureQueriesContext(connection) as queries:
        (row,) = metric.rows(question)
    (told,) = plain.execute(_STEPS["raw"], days).fetchall()
    counted = tuple(row.values[name] for name in ("count", "first_contact", "came_back"))
    assert told[1:] == counted, f"two figures that must be the same: {told[1:]} and {counted}"
    found = compare(reference=raw, ours=ours, backends=pids)
    return _compared(
        f"first contact resolution of a month, {row.values['count']:,} cases", found, 2.0, 1.3, str(len(queries))
    )


def _beat_row(plain: "psycopg.Connection[tuple[object, ...]]", pids: tuple[int, int]) -> Row:
    """Beats of one open page, against the one UPDATE that they cannot do without."""
    agent = User.objects.create_user("bench.worker", is_staff=True)
    ticket = Ticket.objects.filter(channel__slug="bench-measures").order_by("pk")[0]
    beat(ticket=ticket, agent_id=agent.pk, is_writing=False)
    interval = WorkInterval.objects.get(agent=agent)

    def raw() -> int:
        for _number in range(BEATS):
            plain.execute("UPDATE tickets_workinterval SET seen_at = %s WHERE id = %s", [now(), interval.pk])
        return BEATS

    def ours() -> int:
        for _number in range(BEATS):
            beat(ticket=ticket, agent_id=agent.pk, is_writing=False)
        return BEATS

    with CaptureQueriesContext(connection) as queries:
        beat(ticket=ticket, agent_id=agent.pk, is_writing=False)
    return _compared(
        "heartbeat of the workspace", compare(reference=raw, ours=ours, backends=pids), 6.0, 4.0, str(len(queries))
    )


def _compared(job: str, found: Compared, floor: float, ambition: float, queries: str) -> Row:
    return Row(
        job=job,
        ours=f"{found.ours_ms:.2f} ms",
        reference=f"{found.reference_ms:.2f} ms, raw SQL",
        ratio=f"{found.ratio:.2f}x",
        floor=f"<= {floor:g}x",
        ambition=f"<= {ambition:g}x",
        met=found.ratio <= floor,
        queries=queries,
    )


def _channel() -> Channel:
    return create_channel(
        kind="email", slug="bench-measures", config={"address": "measures@desk.example"}, secrets={}, brand_name="Bench"
    )
