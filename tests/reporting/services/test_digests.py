from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine

from helpdesk.core.models import SiteSettings
from reporting.models import Digest, Goal, TrafficSlot
from reporting.services.digests import plan_digests, send_digests, written_digest

Make = Callable[..., Any]
# Monday, 07:30 in Berlin; the week before began on 23 March.
MONDAY = datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
WEEK_ON = date(2026, 3, 23)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def week(clock: Any, email_channel: Any, lead: Any, agent: Any) -> None:
    """A week with messages, and a lead and an agent with mail addresses."""
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    TrafficSlot.objects.create(starts_at=MONDAY - timedelta(days=3), channel=email_channel, received_count=7)
    for user in (lead, agent):
        user.email = f"{user.username}@desk.example"
        user.save()


@pytest.fixture
def outbox(tmp_path: Path, settings: Any) -> Callable[[], list[Any]]:
    settings.HELPDESK_OUTBOX_DIR = str(tmp_path)

    def read() -> list[Any]:
        files = sorted(tmp_path.rglob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    return read


def test_whoever_leads_is_told_once_about_the_week_that_is_over(week: None, lead: Any) -> None:
    assert (plan_digests(), plan_digests()) == (1, 0)
    assert Digest.objects.values_list("user_id", "week_on").get() == (lead.pk, WEEK_ON)


def test_owner_of_a_goal_is_told_too_and_each_gets_a_mail_of_his_own(
    week: None, agent: Any, lead: Any, outbox: Callable[[], list[Any]]
) -> None:
    Goal.objects.filter(kind="happy").update(owner=agent)
    assert (plan_digests(), send_digests(), send_digests()) == (2, 2, 0)
    assert {mail["To"] for mail in outbox()} == {agent.email, lead.email}
    assert set(Digest.objects.values_list("state", flat=True)) == {"sent"}


def test_nobody_is_told_before_monday_morning_or_of_an_empty_week_or_against_his_will(
    week: None, clock: Any, lead: Any
) -> None:
    clock.shift(timedelta(hours=-1))
    assert plan_digests() == 0
    clock.shift(timedelta(hours=1))
    lead.mail_notifications = "never"
    lead.save()
    assert plan_digests() == 0
    lead.mail_notifications = "away"
    lead.save()
    TrafficSlot.objects.all().delete()
    assert plan_digests() == 0


def test_mail_that_may_have_left_is_never_sent_twice(week: None, clock: Any) -> None:
    plan_digests()
    Digest.objects.update(lease_until=MONDAY - timedelta(seconds=1), attempts=1)
    assert send_digests() == 0
    assert Digest.objects.get().state == "unknown"


def test_mail_says_how_the_goals_stand(week: None, lead: Any, make_fact: Make) -> None:
    make_fact(60, opened_at=MONDAY - timedelta(days=3))
    make_fact(7200, opened_at=MONDAY - timedelta(days=3))
    subject, text = written_digest(lead, WEEK_ON)
    assert subject == "Your week from 23 Mar to 29 Mar 2026"
    assert "50 % answered within 60 minutes (goal: 90 %)" in text
    assert "Nobody complained" in text
    assert "/admin/reporting/goal/?days=7" in text
