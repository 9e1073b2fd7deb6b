"""Of the visits of the help pages that are over, the share that no contact followed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from tests.factories import make_ticket
from tickets.models import HelpVisit
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article
from tickets.services.help_visits import digests_of, note_contact, note_judgement, note_read

pytestmark = pytest.mark.django_db
METRIC = METRICS["help-deflection"]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def read_by() -> Callable[..., list[str]]:
    """Somebody reads an article at a moment; gives what stands for him."""
    text = save_article(language="en", title="Returns", body="", actor=Actor.system())
    publish_article(translation_id=text.pk, actor=Actor.system())

    def read(browser: str, at: datetime = AT) -> list[str]:
        with time_machine.travel(at, tick=False):
            digests = digests_of(address="203.0.113.7", browser=browser)
            note_read(translation_id=text.pk, source="page", digests=digests)
        return digests

    return read


def test_rate_is_of_the_visits_that_are_over(read_by, email_channel, ask: Callable[..., Question]) -> None:
    read_by("quiet")
    happy, unhappy = read_by("happy"), read_by("unhappy")
    ticket = make_ticket(email_channel)
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        note_judgement(digests=happy, is_helpful=True)
        note_contact(digests=unhappy, ticket=ticket)
    with time_machine.travel(AT + timedelta(days=2), tick=False):
        read_by("fresh", AT + timedelta(days=1, hours=12))
        (row,) = METRIC.rows(ask())
    names = ("count", "spared", "contacted", "helped", "running")
    assert [row.values[name] for name in names] == [3, 2, 1, 1, 1]
    assert row.values["self_service_rate"] == pytest.approx(2 / 3)
    assert list(METRIC.tickets(ask(subset="contacted"))) == [ticket]


def test_contact_counts_within_a_day_over_midnight_and_not_later(read_by) -> None:
    late = AT.replace(hour=23, minute=50)
    read_by("night", late)
    read_by("another", late)
    with time_machine.travel(late + timedelta(minutes=30), tick=False):
        note_contact(digests=digests_of(address="203.0.113.7", browser="night"))
    with time_machine.travel(late + timedelta(hours=25), tick=False):
        note_contact(digests=digests_of(address="203.0.113.7", browser="another"))
    contacted = HelpVisit.objects.order_by("pk").values_list("contacted_at", flat=True)
    assert [at is not None for at in contacted] == [True, False]


def test_pause_ends_a_visit_and_without_visits_nothing_is_known(read_by, ask: Callable[..., Question]) -> None:
    (row,) = METRIC.rows(ask())
    assert (row.values["count"], row.values["self_service_rate"]) == (0, None)
    read_by("slow")
    read_by("slow", AT + timedelta(minutes=29))
    read_by("slow", AT + timedelta(minutes=90))
    assert HelpVisit.objects.count() == 2
    with time_machine.travel(AT + timedelta(days=3), tick=False):
        assert [row.values["count"] for row in METRIC.rows(ask(group_by=GroupBy.DAY))] == [2]
        assert METRIC.rows(ask(team="none"))[0].values["count"] == 0
