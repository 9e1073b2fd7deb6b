"""``python -m bench``: run the suite and print its table. Exit 1 when a floor is missed."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.environment import prepared_database
from bench.table import Row, table

if TYPE_CHECKING:
    from bench.jobs.ingest import Ingest
    from bench.measuring import Compared

JOBS = (
    "business_time",
    "ingest",
    "replay",
    "list",
    "detail",
    "inbox",
    "workspace",
    "search",
    "report",
    "webhooks",
    "slow_provider",
    "widget_streams",
    "sla_sweep",
    "measures",
    "surveys",
)


def main() -> int:
    """Run what was asked for; returns the exit code."""
    options = _options()
    rows: list[Row] = []
    with prepared_database():
        for row in _run(options):
            rows.append(row)
            _say(f"  {row.job}: {row.ours} | {row.reference} | {row.ratio}")
    sys.stdout.write(table(rows) + "\n")
    return int(any(row.met is False for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000, help="tickets present in the large runs")
    parser.add_argument("--messages", type=int, default=0, help="default: three a ticket")
    parser.add_argument("--full", action="store_true", help="1,000,000 tickets and 3,000,000 messages")
    parser.add_argument("--only", action="append", choices=JOBS, help="run this job alone; may be given several times")
    options = parser.parse_args()
    if options.full:
        options.tickets = 1_000_000
    options.messages = options.messages or 3 * options.tickets
    options.only = options.only or list(JOBS)
    return options


def _run(options: argparse.Namespace) -> Iterator[Row]:
    from bench.jobs import business_time, ingest, widget_streams

    if "business_time" in options.only:
        yield from business_time.rows()
    if "widget_streams" in options.only:
        yield from widget_streams.rows()
    if set(options.only) <= {"business_time", "widget_streams", "sla_sweep", "measures", "surveys"}:
        yield from _clocks(options)
        return
    small: Compared | None = None
    job: Ingest | None = None
    if {"ingest", "replay"} & set(options.only):
        job = ingest.Ingest()
    if job is not None and "ingest" in options.only:
        row, small = ingest.rows(job, "fresh database")
        yield row
    if job is not None and "replay" in options.only:
        yield ingest.replay_row(job)
    yield from _channels(options)
    if set(options.only) <= {"replay", "webhooks", "slow_provider", "sla_sweep", "measures", "surveys"}:
        yield from _clocks(options)
        return
    yield _load(options)
    if job is not None and small is not None:
        row, large = ingest.rows(job, f"{options.tickets:,} tickets present")
        yield row
        yield ingest.growth_row(small, large, f"{options.tickets:,} tickets")
    yield from _pages(options)
    # Last, because it adds open tickets that the others do not count with.
    yield from _clocks(options)


def _clocks(options: argparse.Namespace) -> Iterator[Row]:
    from bench.jobs import measures, sla_sweep, surveys

    if "sla_sweep" in options.only:
        yield from sla_sweep.rows()
    if "measures" in options.only:
        yield from measures.rows()
    if "surveys" in options.only:
        yield from surveys.rows()


def _channels(options: argparse.Namespace) -> Iterator[Row]:
    from bench.jobs import slow_provider, webhooks

    if "webhooks" in options.only:
        yield from webhooks.rows()
    if "slow_provider" in options.only:
        yield from slow_provider.rows()


def _load(options: argparse.Namespace) -> Row:
    from django.db import connection

    from helpdesk.load.generation import generate_load, refresh_statistics

    load = generate_load(customers=max(1, options.tickets // 5), tickets=options.tickets, messages=options.messages)
    refresh_statistics()
    if "report" in options.only:
        with connection.cursor() as cursor:
            cursor.execute(Path(__file__).with_name("facts.sql").read_text(encoding="utf-8"))
        refresh_statistics()
    return Row(job=f"generate_load, {load.tickets:,} tickets, {load.messages:,} messages", ours=f"{load.seconds} s")


def _pages(options: argparse.Namespace) -> Iterator[Row]:
    from bench.jobs.pages import Pages
    from tickets.models import Message

    wanted = set(options.only)
    if not wanted & {"list", "detail", "inbox", "workspace", "search", "report"}:
        return
    agent = Pages()
    for name, page in zip(("list", "detail", "inbox", "workspace"), agent.pages(), strict=True):
        if name in wanted:
            yield agent.row(page)
    last: dict[str, Callable[[], Row]] = {
        "search": lambda: agent.search_row(Message.objects.count()),
        "report": lambda: agent.report_row(options.tickets),
    }
    for name, run in last.items():
        if name in wanted:
            yield run()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
