"""What menus offer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.accounts.models import User
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Ticket
from tickets.selectors.inbox import count_views, list_tickets
from tickets.services.actors import Actor
from tickets.services.snoozing import snooze_ticket

pytestmark = pytest.mark.django_db


def test_assignees_stand_with_their_presence_and_load_who_is_here_first(
    agent: Any, lead: Any, client: Client, django_assert_num_queries: Any
) -> None:
    User.objects.filter(pk=lead.pk).update(presence="online", seen_at=timezone.now(), max_open_tickets=10)
    for _each in range(2):
        make_ticket(make_channel(), assignee=lead)
    client.force_login(agent)
    url = reverse("admin:tickets_ticket_choices", args=["assign"])
    with django_assert_num_queries(5):
        page = client.get(url).content.decode()
    names = re.findall(r'value="(\d+)"', page)
    assert names.index(str(lead.pk)) < names.index(str(agent.pk))
    assert "online · 2 of 10 open" in page
    assert "offline · 0 open" in page


def test_the_queue_of_ones_teams_holds_what_nobody_has_taken_there(agent: Any, lead: Any) -> None:
    mine, theirs = make_team("Support", agent), make_team("Sales", lead)
    channel = make_channel()
    waiting = make_ticket(channel, team=mine)
    make_ticket(channel, team=mine, assignee=lead)
    make_ticket(channel, team=theirs)
    make_ticket(channel)
    assert [ticket.pk for ticket in list_tickets(user=agent, view="my_teams").rows] == [waiting.pk]
    assert count_views(user=agent)["my_teams"] == 1


def test_several_are_put_aside_at_once_and_stand_in_the_order_in_which_they_come_back(
    agent: Any, client: Client
) -> None:
    channel = make_channel()
    later, soon, last = (make_ticket(channel) for _each in range(3))
    client.force_login(agent)
    menu = client.get(reverse("admin:tickets_ticket_choices", args=["snooze"]), {"for": "selected"}).content.decode()
    assert 'value="snooze:tomorrow"' in menu
    inbox = reverse("admin:tickets_ticket_changelist")
    for action, ticket in (("snooze:tomorrow", later), ("snooze:in_an_hour", soon), ("snooze:never", last)):
        client.post(inbox, {"action": action, "_selected_action": [ticket.pk]})
    snooze_ticket(ticket_id=last.pk, until=timezone.now() + timedelta(days=30), actor=Actor.agent(agent))
    page = client.get(inbox, {"view": "snoozed"}).content.decode()
    assert re.findall(r'id="t-(\d+)"', page) == [str(one.pk) for one in (soon, later, last)]
    assert "Back next" in page
    assert Ticket.objects.filter(snoozed_until__isnull=False).count() == 3


def test_a_note_may_name_whoever_can_see_the_ticket_who_is_here_first(
    agent: Any, lead: Any, person: Any, client: Client, django_assert_num_queries: Any
) -> None:
    person("otto", "agent")
    ticket = make_ticket(make_channel(), team=make_team("Legal", agent, lead, is_private=True))
    client.force_login(agent)
    url = reverse("admin:tickets_ticket_colleagues", args=[ticket.pk])
    with django_assert_num_queries(5):
        assert re.findall(r'data-name="([^"]+)"', client.get(url).content.decode()) == [lead.username]
    Ticket.objects.filter(pk=ticket.pk).update(team=None)
    User.objects.filter(username="otto").update(presence="online", seen_at=timezone.now())
    assert re.findall(r'data-name="([^"]+)"', client.get(url).content.decode()) == ["otto", lead.username]
