"""The header bar's verbs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.common.clock import now
from tests.factories import make_team, make_ticket
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Tag, Ticket

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def do(client: Client, url: Address, ticket: Ticket, verb: str, **data: str) -> Any:
    return client.post(url("do", ticket, verb), data, headers=FRAGMENT)


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("new", "pending", "pending"),
        ("open", "hold", "on_hold"),
        ("open", "resolve", "resolved"),
        ("resolved", "reopen", "open"),
        ("pending", "reopen", "open"),
    ],
)
def test_status_verb_answers_the_bar_as_it_is_now(
    desk: Client, url: Address, email_channel: Any, before: str, verb: str, after: str
) -> None:
    ticket = make_ticket(email_channel, status=before)
    response = do(desk, url, ticket, verb)
    assert response.status_code == 200
    assert f'data-status="{after}"' in response.content.decode()
    assert response.headers["HX-Trigger"] == "newmsg"
    ticket.refresh_from_db()
    assert ticket.status == after


def test_verb_that_the_status_forbids_says_why(desk: Client, url: Address, email_channel: Any) -> None:
    response = do(desk, url, make_ticket(email_channel, status="resolved"), "resolve")
    assert (response.status_code, response.json()["code"]) == (409, "already_resolved")


def test_resolve_of_a_ticket_that_changed_meanwhile_is_refused(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    response = do(desk, url, ticket, "resolve", version=str(ticket.version - 1))
    assert (response.status_code, response.json()["code"]) == (412, "stale_version")


def test_assignee_team_priority_subject_and_tags_are_changed(
    desk: Client, url: Address, agent: Any, lead: Any, email_channel: Any
) -> None:
    ticket, team, tag = make_ticket(email_channel), make_team("Returns"), Tag.objects.create(name="refund")
    do(desk, url, ticket, "assign", value="me")
    assert Ticket.objects.get(pk=ticket.pk).assignee == agent
    do(desk, url, ticket, "assign", value=str(lead.pk))
    do(desk, url, ticket, "team", value=str(team.pk))
    do(desk, url, ticket, "priority", value="urgent")
    do(desk, url, ticket, "subject", subject="A better  subject\n")
    do(desk, url, ticket, "tag", value=str(tag.pk))
    do(desk, url, ticket, "tag", name="brand new")
    html = do(desk, url, ticket, "tag", remove="refund").content.decode()
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team, ticket.priority) == (lead, team, "urgent")
    assert ticket.subject == "A better  subject"
    assert [one.name for one in ticket.tags.all()] == ["brand new"]
    assert "brand new" in html
    do(desk, url, ticket, "assign", value="")
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("assign", {"value": "x"}),
        ("assign", {"value": "999999"}),
        ("team", {"value": "999999"}),
        ("priority", {"value": "highest"}),
        ("subject", {"subject": " "}),
        ("tag", {"value": "999999"}),
        ("merge", {"number": "999999"}),
        ("merge", {"number": "x"}),
    ],
)
def test_value_that_is_none_is_refused_with_words(
    desk: Client, url: Address, email_channel: Any, verb: str, data: dict[str, str]
) -> None:
    ticket = make_ticket(email_channel)
    response = do(desk, url, ticket, verb, **data)
    assert response.status_code == 400
    assert response.json()["message"]
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_resolving_and_going_on_leads_to_the_one_who_waits_longest(
    desk: Client, url: Address, email_channel: Any
) -> None:
    ticket, long, short = (
        make_ticket(email_channel, waiting_since=now() - timedelta(minutes=minutes)) for minutes in (1, 90, 5)
    )
    response = do(desk, url, ticket, "resolve", next="1", view="open")
    assert response.headers["HX-Redirect"] == url("change", long) + "?view=open"
    do(desk, url, long, "resolve")
    assert do(desk, url, short, "resolve", next="1", view="open").headers["HX-Redirect"].endswith("/ticket/?view=open")


def test_merge_and_spam_can_be_undone(desk: Client, url: Address, email_channel: Any) -> None:
    ticket, other = make_ticket(email_channel), make_ticket(email_channel)
    assert do(desk, url, ticket, "merge", number=f"#{other.number}").headers["HX-Redirect"]
    ticket.refresh_from_db()
    assert ticket.merged_into == other
    assert "Undo the merge" in desk.get(url("change", ticket)).content.decode()
    do(desk, url, ticket, "unmerge")
    ticket.refresh_from_db()
    assert (ticket.merged_into, ticket.status) == (None, "new")
    do(desk, url, ticket, "spam")
    ticket.refresh_from_db()
    assert (ticket.is_spam, ticket.status) == (True, "closed")
    do(desk, url, ticket, "not-spam")
    ticket.refresh_from_db()
    assert (ticket.is_spam, ticket.status) == (False, "open")


def test_ticket_that_leaves_the_agents_sight_leads_back_to_the_inbox(
    lead: Any, agent: Any, signed_in: Callable[[Any], Client], url: Address, email_channel: Any
) -> None:
    team = make_team("Legal", lead, is_private=True)
    response = do(signed_in(agent), url, make_ticket(email_channel), "team", value=str(team.pk))
    assert response.headers["HX-Redirect"].endswith("/ticket/?view=open")


def test_unknown_verb_is_not_found(desk: Client, url: Address, email_channel: Any) -> None:
    assert do(desk, url, make_ticket(email_channel), "explode").status_code == 404
