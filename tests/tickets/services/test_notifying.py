"""People are told what concerns them, once, by the bell and by mail as they wish."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.accounts.models import User
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Notification, Ticket
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.notification_mail import mail_notifications
from tickets.services.notifying import leads_for, notify
from tickets.services.replies import add_note

pytestmark = pytest.mark.django_db


def told(user: Any) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


def test_nobody_is_told_the_same_twice(agent: Any, lead: Any) -> None:
    for _again in range(2):
        notify(user_ids=[agent.pk, lead.pk, agent.pk], kind="rule", key="one")
    assert told(agent) == told(lead) == ["rule"]


def test_a_ticket_given_by_somebody_else_is_told_and_one_taken_is_not(agent: Any, lead: Any) -> None:
    ticket = make_ticket(make_channel())
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=agent.pk)
    assert told(agent) == []
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=lead.pk)
    assert told(lead) == ["assigned"]


def test_a_note_tells_those_it_names_as_far_as_they_may_see_the_ticket(agent: Any, lead: Any, person: Any) -> None:
    outsider = person("otto", "agent")
    ticket = make_ticket(make_channel(), team=make_team("Legal", agent, lead, is_private=True))
    add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="@Lena and @otto. Mail me@ana.example, @nobody!")
    assert told(lead) == ["mentioned"]
    assert told(outsider) == []


def test_the_bell_counts_shows_and_forgets_what_was_seen(agent: Any, lead: Any, client: Client) -> None:
    ticket = make_ticket(make_channel())
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead), assignee_id=agent.pk)
    client.force_login(agent)
    assert client.get(reverse("admin:notifications_count")).json() == {"unread": 1}
    panel = client.get(reverse("admin:notifications"), HTTP_HX_REQUEST="true").content.decode()
    assert f"#{ticket.number} was given to you" in panel
    newest = Notification.objects.get().pk
    client.post(reverse("admin:notifications"), {"up_to": newest}, HTTP_HX_REQUEST="true")
    assert client.get(reverse("admin:notifications_count")).json() == {"unread": 0}


def test_what_became_private_is_no_longer_shown(agent: Any, lead: Any, client: Client) -> None:
    ticket = make_ticket(make_channel(), subject="About the merger")
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead), assignee_id=agent.pk)
    Ticket.objects.filter(pk=ticket.pk).update(team=make_team("Legal", lead, is_private=True))
    client.force_login(agent)
    assert "merger" not in client.get(reverse("admin:notifications")).content.decode()
    assert client.get(reverse("admin:notifications_count")).json() == {"unread": 0}


@pytest.mark.parametrize(
    ("wish", "presence", "mails"),
    [("away", "online", 0), ("away", "offline", 1), ("always", "online", 1), ("never", "offline", 0)],
)
def test_mail_goes_to_who_wants_it_once(
    agent: Any, lead: Any, settings: Any, tmp_path: Path, wish: str, presence: str, mails: int
) -> None:
    settings.HELPDESK_OUTBOX_DIR = tmp_path / "outbox"
    agent.mail_notifications, agent.presence, agent.seen_at = wish, presence, timezone.now()
    agent.save()
    ticket = make_ticket(make_channel())
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead), assignee_id=agent.pk)
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    mail_notifications()
    mail_notifications()
    files = list((tmp_path / "outbox").glob("*.eml"))
    assert len(files) == mails
    if mails:
        mail = files[0].read_text()
        assert f"#{ticket.number} was given to you" in mail
        assert "Auto-Submitted: auto-generated" in mail
        assert reverse("admin:tickets_ticket_change", args=[ticket.pk]) in mail


def test_somebody_who_has_left_or_is_gone_is_not_told(agent: Any, lead: Any) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    notify(user_ids=[agent.pk, lead.pk, lead.pk + 1000], kind="rule", key="one", by_mail=True)
    assert (told(agent), told(lead)) == ([], ["rule"])


def test_what_concerns_a_private_team_is_told_to_its_members_alone(agent: Any, lead: Any) -> None:
    ticket = make_ticket(make_channel(), team=make_team("Legal", agent, is_private=True))
    assert leads_for(ticket) == [agent.pk]
    assert leads_for(make_ticket(make_channel())) == [lead.pk]


def test_only_what_was_shown_counts_as_seen(agent: Any, client: Client) -> None:
    for number in range(25):
        notify(user_ids=[agent.pk], kind="rule", key=str(number), data={"text": f"Number {number}"})
    client.force_login(agent)
    panel = client.get(reverse("admin:notifications"), HTTP_HX_REQUEST="true").content.decode()
    ends = {name: re.findall(f'data-{name}="([0-9]+)"', panel)[0] for name in ("newest", "oldest")}
    seen = {"up_to": ends["newest"], "down_to": ends["oldest"]}
    assert client.post(reverse("admin:notifications"), seen, HTTP_HX_REQUEST="true").json() == {"unread": 5}
