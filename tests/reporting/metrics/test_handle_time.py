from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import told_time
from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.models import ContactFact
from tests.factories import make_channel, make_team

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["handle-time"]
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_contact(make_fact: Make) -> Make:
    """An answered contact of Monday, 2 March 2026, 09:00, over after an hour; all its work in the ticket."""

    def make(seconds: int | None = None, *, number: int = 1, fact: Any = None, **fields: Any) -> ContactFact:
        of = fact or make_fact(60, **{name: fields[name] for name in ("channel", "team", "is_demo") if name in fields})
        values = {
            "channel": of.channel,
            "started_at": BEGUN,
            "last_at": BEGUN,
            "ends_at": BEGUN + timedelta(hours=1),
            "is_answered": True,
            "active_seconds": seconds,
            "handle_seconds": seconds,
        }
        contact: ContactFact = ContactFact.objects.create(ticket=of.ticket, number=number, **(values | fields))
        return contact

    return make


def only(question: Question, *, at: datetime = BEGUN + timedelta(days=30)) -> dict[str, Any]:
    with told_time(at):
        (row,) = METRIC.rows(question)
    return dict(row.values)


def test_mean_median_and_p90_are_of_contacts_whose_time_is_known(make_contact: Make, ask: Ask) -> None:
    for seconds in (60, 120, 900, None):
        make_contact(seconds)
    row = only(ask())
    assert (row["count"], row["mean"], row["median"], row["p90"]) == (3, 360.0, 120.0, pytest.approx(744.0))
    assert row["share_covered"] == 0.75


def test_contacts_without_known_time_are_unknown_and_not_nought(make_contact: Make, ask: Ask) -> None:
    make_contact(None)
    row = only(ask())
    assert [row[name] for name in ("count", "mean", "median", "p90", "share_covered")] == [0, None, None, None, 0.0]


def test_what_still_runs_is_shown_and_not_averaged(make_contact: Make, ask: Ask) -> None:
    make_contact(60)
    make_contact(600, ends_at=BEGUN + timedelta(days=2))
    row = only(ask(), at=BEGUN + timedelta(days=1))
    assert (row["count"], row["mean"], row["running"]) == (1, 60.0, 1)


def test_unanswered_demo_and_hidden_contacts_are_left_out(make_contact: Make, ask: Ask, agent: Any) -> None:
    make_contact(60)
    make_contact(70, is_answered=False)
    make_contact(80, is_demo=True)
    make_contact(90, team=make_team("Board", is_private=True))
    assert [only(ask())["count"], only(ask(user=agent))["count"], only(ask(include_demo=True))["count"]] == [2, 1, 3]


def test_messaging_stands_against_the_phone(make_contact: Make, ask: Ask) -> None:
    voice = make_channel(kind="voice", slug="line")
    make_contact(300)
    make_contact(240, channel=voice, talk_seconds=180, hold_seconds=60, active_seconds=0)
    rows = METRIC.rows(ask(GroupBy.MEDIUM))
    assert [(row.key, row.values["mean"], row.values["talk"]) for row in rows] == [
        ("messaging", 300.0, None),
        ("phone", 240.0, 180.0),
    ]
    assert [row.key for row in METRIC.rows(ask(GroupBy.CHANNEL, medium="phone"))] == ["line"]


def test_each_contact_of_a_ticket_counts_where_it_began(make_contact: Make, make_fact: Make, ask: Ask) -> None:
    fact = make_fact(60)
    make_contact(60, fact=fact)
    make_contact(180, fact=fact, number=2, started_at=BEGUN + timedelta(days=1), ends_at=BEGUN + timedelta(days=2))
    rows = METRIC.rows(ask(GroupBy.DAY))
    assert [(row.key, row.values["mean"]) for row in rows] == [("2026-03-02", 60.0), ("2026-03-03", 180.0)]


def test_tickets_behind_each_subset_are_those_that_were_counted(make_contact: Make, ask: Ask) -> None:
    known, unknown = make_contact(60), make_contact(None)
    running = make_contact(60, ends_at=BEGUN + timedelta(days=60))
    long = make_contact(3600)
    with told_time(BEGUN + timedelta(days=30)):
        behind = {name: {ticket.pk for ticket in METRIC.tickets(ask(subset=name))} for name in METRIC.subsets}
    assert behind == {
        "known": {known.ticket_id, long.ticket_id},
        "long": {long.ticket_id},
        "unknown": {unknown.ticket_id},
        "running": {running.ticket_id},
    }
