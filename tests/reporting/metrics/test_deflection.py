"""Of the callers who heard the menu, the share that went on in writing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from tests.factories import make_channel, make_item
from tickets.models import Call, Ticket
from tickets.services.intake import receive

METRIC = METRICS["deflection"]
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_call(db: None) -> Callable[..., Call]:
    """A call of Monday, 2 March 2026, that is over and whose caller heard the menu."""
    channel = make_channel(kind="voice", slug="phone")

    def make(**fields: Any) -> Call:
        filed = receive(channel=channel, item=make_item(text="Phone call"))
        values = {"started_at": DAY, "heard_menu_at": DAY, "ended_at": DAY + timedelta(minutes=3), "state": "ended"}
        assert filed.message_id is not None
        sid = f"CA{filed.message_id}"
        return Call.objects.create(channel=channel, external_id=sid, message_id=filed.message_id, **(values | fields))

    return make


def test_rate_is_of_the_calls_whose_caller_heard_the_menu(
    make_call: Callable[..., Call], ask: Callable[..., Question]
) -> None:
    make_call(is_deflected=True, choice="deflect")
    make_call(answered_at=DAY + timedelta(seconds=50), queued_at=DAY + timedelta(seconds=10), choice="agent")
    make_call(choice="callback")
    make_call(choice="voicemail")
    make_call(heard_menu_at=None)
    (row,) = METRIC.rows(ask())
    names = ("count", "deflected", "answered", "call_back", "voicemail", "missed", "deflection_rate", "mean")
    assert [row.values[name] for name in names] == [4, 1, 1, 1, 1, 0, 0.25, 40.0]


def test_running_call_is_counted_beside_the_rate(make_call: Callable[..., Call], ask: Callable[..., Question]) -> None:
    make_call(ended_at=None, state="ringing", is_deflected=True)
    (row,) = METRIC.rows(ask())
    assert (row.values["count"], row.values["running"], row.values["deflection_rate"]) == (0, 1, None)


def test_caller_who_hangs_up_in_the_menu_is_missed(
    make_call: Callable[..., Call], ask: Callable[..., Question]
) -> None:
    make_call()
    (row,) = METRIC.rows(ask(GroupBy.CHANNEL))
    assert (row.key, row.values["missed"], row.values["deflection_rate"]) == ("phone", 1, 0.0)


@pytest.mark.parametrize("field", ["is_spam", "is_demo"])
def test_spam_and_demo_do_not_count(make_call: Callable[..., Call], ask: Callable[..., Question], field: str) -> None:
    Ticket.objects.filter(pk=make_call().ticket.pk).update(**{field: True})
    (row,) = METRIC.rows(ask())
    assert row.values["count"] == 0


def test_tickets_behind_the_figure_are_those_of_its_calls(
    make_call: Callable[..., Call], ask: Callable[..., Question]
) -> None:
    call = make_call(is_deflected=True)
    assert [ticket.pk for ticket in METRIC.tickets(ask(subset="deflected"))] == [call.ticket.pk]
    assert not METRIC.tickets(ask(subset="missed"))
