"""People say whether they are there, and their browsers say that they still look."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.accounts.models import User
from helpdesk.accounts.presence import mark_seen, set_presence
from helpdesk.common.errors import InvalidInput
from helpdesk.core.models import SiteSettings

pytestmark = pytest.mark.django_db


def test_whoever_never_said_otherwise_is_online_once_he_is_seen(agent: User) -> None:
    mark_seen(user_id=agent.pk)
    agent.refresh_from_db()
    assert (agent.presence, agent.seen_at is not None) == ("online", True)


def test_who_chose_to_be_offline_stays_so(agent: User) -> None:
    set_presence(user_id=agent.pk, presence="offline")
    mark_seen(user_id=agent.pk)
    agent.refresh_from_db()
    assert agent.presence == "offline"


def test_being_seen_is_written_once_a_minute(agent: User, django_assert_num_queries: Any) -> None:
    mark_seen(user_id=agent.pk)
    first = User.objects.get(pk=agent.pk).seen_at
    mark_seen(user_id=agent.pk)
    assert User.objects.get(pk=agent.pk).seen_at == first


@pytest.mark.parametrize(("presence", "hours"), [("busy", None), ("online", 1), ("away", -1)])
def test_what_cannot_be_is_refused(agent: User, presence: str, hours: int | None) -> None:
    until = timezone.now() + timedelta(hours=hours) if hours is not None else None
    with pytest.raises(InvalidInput):
        set_presence(user_id=agent.pk, presence=presence, away_until=until)


def test_the_menu_sets_it_and_leads_back_to_the_page(agent: User, client: Client) -> None:
    client.force_login(agent)
    back = reverse("admin:tickets_ticket_changelist")
    answer = client.post(reverse("admin:presence"), {"presence": "away", "for": "hour", "next": back})
    assert (answer.status_code, answer.headers["Location"]) == (302, back)
    agent.refresh_from_db()
    assert agent.presence == "away"
    assert agent.away_until is not None
    outside = client.post(reverse("admin:presence"), {"presence": "online", "next": "https://evil.example/"})
    assert outside.headers["Location"] == reverse("admin:index")


def test_the_end_of_the_time_away_stands_in_the_sites_time_zone(agent: Any, client: Client, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC))
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Kolkata"})
    set_presence(user_id=agent.pk, presence="away", away_until=datetime(2026, 3, 2, 10, tzinfo=UTC))
    client.force_login(agent)
    assert "Away until 15:30" in client.get(reverse("admin:preferences")).content.decode()
