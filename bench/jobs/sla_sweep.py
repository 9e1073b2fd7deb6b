"""The sweep over time limits: with nothing due among many open tickets, and with many due in the same second."""

import statistics
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.jobs.ingest import connection_parameters
from bench.measuring import Meter, backend_pid
from bench.table import Row
from channels_app.services.channels import create_channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from tickets.models import Customer, Notification, SLAPolicy, SLATarget, SLATimer, TicketEvent
from tickets.services.enforcement import BATCH, enforce_time_limits
from tickets.tasks import enforce_time_limits as task

OPEN_TICKETS = 100_000
DUE = 10_000
PAIRS = 3
IDLE_RUNS = 30
MOST_MILLISECONDS, MOST_QUERIES = 10.0, 4
FLOOR, AMBITION = 0.20, 0.50


def rows() -> list[Row]:
    """Both lines; the tickets stay in the database."""
    _fill()
    return [_idle_row(), _due_row()]


def _fill() -> None:
    """So many open tickets, each with a clock that runs for another day."""
    channel = create_channel(
        kind="email", slug="bench-clocks", config={"address": "clocks@desk.example"}, secrets={}, brand_name="Bench"
    )
    customer = Customer.objects.create(name="Bench", created_at=now())
    agent = User.objects.create_user("bench.clocks", is_staff=True)
    agent.groups.add(Group.objects.get(name="agent"))
    policy = SLAPolicy.objects.create(name="Bench", is_active=False)
    SLATarget.objects.create(policy=policy, metric="first_response", seconds=86_400)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "INSERT INTO tickets_ticket (version, event_sequence, subject, customer_id, channel_id, assignee_id, status, priority, "
            "priority_score, opened_by_agent, is_spam, is_demo, opened_at, waiting_since, resolution_count, reopen_count, "
            "contact_number, agent_reply_count, notice, last_message_at, last_message_is_inbound, preview, unread_count, language, "
            "sentiment, next_due_at) SELECT 1, 0, 'Bench', %s, %s, %s, 'open', 'normal', 0, false, false, false, now(), now(), 0, 0, 1, "
            "0, '', now(), true, '', 0, '', '', now() + interval '1 day' FROM generate_series(1, %s)",
            [customer.pk, channel.pk, agent.pk, OPEN_TICKETS],
        )
        cursor.execute(
            "INSERT INTO tickets_slatimer (ticket_id, policy_id, metric, cycle, state, target_seconds, warn_before_seconds, clock, "
            "started_at, warn_at, due_at, replies_before) SELECT id, %s, 'first_response', 1, 'running', 86400, 900, 'calendar', "
            "opened_at, next_due_at - interval '15 minutes', next_due_at, 0 FROM tickets_ticket WHERE channel_id = %s",
            [policy.pk, channel.pk],
        )
        cursor.execute("VACUUM ANALYZE tickets_ticket; ")
        cursor.execute("VACUUM ANALYZE tickets_slatimer")


def _idle_row() -> Row:
    """One whole run of the task, its line in the log of jobs included."""
    task()
    spent = []
    for _number in range(IDLE_RUNS):
        with Meter(backend_pid()) as meter:
            task()
        spent.append(meter.wall * 1000)
    with CaptureQueriesContext(connection) as queries:
        task()
    found = statistics.median(spent)
    return Row(
        job=f"sweep over {OPEN_TICKETS:,} open tickets, nothing due",
        ours=f"{found:.2f} ms",
        floor=f"<= {MOST_MILLISECONDS:g} ms",
        ambition="<= 3 ms",
        met=found <= MOST_MILLISECONDS and len(queries) <= MOST_QUERIES,
        queries=str(len(queries)),
    )


def _due_row() -> Row:
    """Limits that are over in one second, all of them recorded; against a function that writes the same rows."""
    plain = psycopg.connect(**connection_parameters(), autocommit=True)
    plain.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    backends = (plain.info.backend_pid, backend_pid())
    ratios, rates = [], []
    for _number in range(PAIRS):
        reference = _measured(lambda: _sweep_plainly(plain), backends[0])
        ours = _measured(enforce_time_limits, backends[1])
        ratios.append(reference.cpu / ours.cpu)
        rates.append((DUE / ours.wall, DUE / reference.wall))
    ratio = statistics.median(ratios)
    rate, plain_rate = (statistics.median(column) for column in zip(*rates, strict=True))
    return Row(
        job=f"{DUE:,} limits due in one second",
        ours=f"{rate:,.0f}/s, each once" if _is_each_once() else f"{rate:,.0f}/s, NOT each once",
        reference=f"{plain_rate:,.0f}/s, SQL function",
        ratio=f"{ratio:.0%} of its rate",
        floor=f">= {FLOOR:.0%}",
        ambition=f">= {AMBITION:.0%}",
        met=ratio >= FLOOR and _is_each_once(),
    )


def _measured(sweep: Callable[[], int], backend: int) -> Meter:
    moment = now() - timedelta(seconds=1)
    chosen = SLATimer.objects.filter(state="running").order_by("pk").values("pk")[:DUE]
    SLATimer.objects.filter(pk__in=list(chosen.values_list("pk", flat=True))).update(due_at=moment, warn_at=None)
    with connection.cursor() as cursor:
        # What the preparation leaves behind is no part of the sweep.
        cursor.execute("VACUUM ANALYZE tickets_slatimer")
    with Meter(backend) as meter:
        found = sweep()
    assert found == DUE, found
    return meter


def _sweep_plainly(plain: psycopg.Connection) -> int:
    total = 0
    while True:
        row = plain.execute("SELECT bench_sweep(%s)", [BATCH]).fetchone()
        if row is None or not row[0]:
            return total
        total += row[0]


def _is_each_once() -> bool:
    count = 2 * PAIRS * DUE
    events = TicketEvent.objects.filter(kind="sla.breached")
    return (
        SLATimer.objects.filter(state="breached").count()
        == events.count()
        == events.values("data__timer").distinct().count()
        == Notification.objects.filter(kind="sla_breached").count()
        == count
    )
