from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import time_machine

from helpdesk.core.models import SiteSettings
from reporting.models import Digest, Goal, TrafficSlot
from reporting.services import digests
from reporting.services.digests import plan_digests, send_digests, written_digest
from surveys.models import CouponCode, Incentive, Invitation, RecoveryCase, Response, RootCause
from surveys.services.preset import ensure_preset_survey
from tests.support.smtp_sink import SmtpSink, running_smtp_sink
from tickets.models import Topic

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


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    with running_smtp_sink() as sink:
        yield sink


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
    assert "(2 counted)" in text
    assert "/admin/reporting/goal/?from=2026-03-23&to=2026-03-29" in text


def test_mail_says_what_is_not_in_a_figure_yet(week: None, lead: Any, make_fact: Make) -> None:
    at = MONDAY - timedelta(days=3)
    make_fact(opened_at=at)
    make_fact(60, opened_at=at, is_handled=True, is_first_contact=True, last_resolved_at=at)
    make_fact(60, opened_at=at, is_handled=True)
    text = written_digest(lead, WEEK_ON)[1]
    assert "(2 counted, 1 still waiting)" in text
    assert "(2 counted, 1 not resolved yet, 1 provisional)" in text


def test_mail_says_complaints_low_topics_and_who_was_won_back(week: None, lead: Any, make_fact: Make) -> None:
    at, topic = MONDAY - timedelta(days=3), Topic.objects.create(name="Zip")
    ticket = make_fact(60, opened_at=at).ticket
    invitation = Invitation.objects.create(
        survey=ensure_preset_survey(), customer=ticket.customer, ticket=ticket, occasion="contact:1", due_at=at,
        sent_at=at, state="answered", of_channel=ticket.channel, of_topic=topic,
    )  # fmt: skip
    Response.objects.create(invitation=invitation, score=2, rating=2, is_low=True, answered_at=at, topic=topic)
    case = RecoveryCase.objects.create(
        customer=ticket.customer, ticket=ticket, source="low_score", opened_at=at, outcome="regained", closed_at=at,
        root_cause=RootCause.objects.get(key="process.slow"),
    )  # fmt: skip
    pool = Incentive.objects.create(name="Ten", description="10 % off", currency="CHF")
    CouponCode.objects.create(incentive=pool, code="A", state="given", case=case, given_at=at, cost=10)
    text = written_digest(lead, WEEK_ON)[1]
    assert "What customers complained about (1 tickets)\n- Takes too long: 1" in text
    assert "Topics with the lowest scores\n- Zip: 2.0 of 10 from 1 votes (few)" in text
    assert "1 have ended, 100 % of these regained" in text
    assert "One regained customer cost 10.00 CHF." in text


def test_server_that_is_busy_is_asked_again_later_and_later(
    week: None, clock: Any, smtp_sink: SmtpSink, settings: Any
) -> None:
    settings.HELPDESK_MAIL_URL = smtp_sink.url
    smtp_sink.on_recipient = lambda address: "451 later"
    plan_digests()
    tries = []
    for minutes in (0, 9, 1, 19, 1, 40, 80, 160):
        clock.shift(timedelta(minutes=minutes))
        assert (send_digests(), send_digests()) == (0, 0)
        tries.append(Digest.objects.get().attempts)
    assert tries == [1, 1, 2, 2, 3, 4, 5, 5]
    assert Digest.objects.get().state == "failed"


def test_mail_arrives_once_when_the_server_is_back(
    week: None, clock: Any, smtp_sink: SmtpSink, settings: Any, lead: Any
) -> None:
    settings.HELPDESK_MAIL_URL = smtp_sink.url
    smtp_sink.on_recipient = lambda address: "451 later"
    plan_digests()
    send_digests()
    smtp_sink.on_recipient = lambda address: None
    clock.shift(timedelta(minutes=10))
    assert (send_digests(), send_digests()) == (1, 0)
    assert [mail["To"] for mail in smtp_sink.messages] == [lead.email]
    assert Digest.objects.values_list("state", "next_try_at", "error").get() == ("sent", None, "")


def test_mail_that_cannot_be_written_fails_alone(
    week: None, agent: Any, lead: Any, outbox: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(user: Any, week_on: date) -> tuple[str, str]:
        if user == lead:
            raise KeyError("broken")
        return written_digest(user, week_on)

    monkeypatch.setattr(digests, "written_digest", written)
    Goal.objects.filter(kind="happy").update(owner=agent)
    plan_digests()
    assert send_digests() == 1
    assert [mail["To"] for mail in outbox()] == [agent.email]
    assert dict(Digest.objects.values_list("user_id", "state")) == {lead.pk: "failed", agent.pk: "sent"}
    assert Digest.objects.get(user=lead).error == "not_written:KeyError"
