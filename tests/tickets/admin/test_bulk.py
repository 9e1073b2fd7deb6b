"""Changing many tickets from the inbox."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.factories import make_team, make_ticket
from tickets.models import Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def post(client: Client, url: Address, action: str, tickets: list[Ticket], **more: str) -> Any:
    data = {"action": action, "_selected_action": [ticket.pk for ticket in tickets], **more}
    return client.post(url("changelist") + "?view=open", data)


def report_of(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_resolving_says_how_many_were_resolved_and_which_were_refused(
    desk: Client, url: Address, email_channel: Any
) -> None:
    tickets = [make_ticket(email_channel) for _ in range(3)]
    done = make_ticket(email_channel, status="closed")
    response = post(desk, url, "resolve", [*tickets, done])
    assert response.status_code == 302
    assert response.headers["Location"].endswith("?view=open")
    report = report_of(response)
    assert "3 resolved, 1 refused" in report
    assert f"#{done.number} This ticket is closed" in report
    assert set(Ticket.objects.filter(pk__in=[t.pk for t in tickets]).values_list("status", flat=True)) == {"resolved"}
    assert TicketEvent.objects.filter(kind="ticket.resolved").count() == 3


def test_each_verb_goes_through_its_service(
    desk: Client, url: Address, agent: Any, lead: Any, email_channel: Any
) -> None:
    ticket, team, tag = make_ticket(email_channel), make_team("Returns"), Tag.objects.create(name="refund")
    for action in ("assign_to_me", f"assign:{lead.pk}", f"team:{team.pk}", "priority:high", f"tag:{tag.pk}"):
        assert post(desk, url, action, [ticket]).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team, ticket.priority, list(ticket.tags.all())) == (lead, team, "high", [tag])
    kinds = TicketEvent.objects.filter(ticket=ticket, actor=agent).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["ticket.assigned"] * 3 + ["ticket.priority_changed", "ticket.tags_changed"]
    post(desk, url, "assign:", [ticket])
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.mark.parametrize("claim", ["1", "true", "yes"])
def test_selection_across_pages_is_refused(desk: Client, url: Address, email_channel: Any, claim: str) -> None:
    ticket, other = make_ticket(email_channel), make_ticket(email_channel)
    assert post(desk, url, "resolve", [ticket], select_across=claim, index="0").status_code == 400
    assert set(Ticket.objects.filter(pk__in=[ticket.pk, other.pk]).values_list("status", flat=True)) == {"new"}


def test_more_than_the_cap_is_refused(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    data = {"action": "resolve", "_selected_action": [ticket.pk, *range(10_000, 10_200)]}
    assert desk.post(url("changelist"), data).status_code == 400
    ticket.refresh_from_db()
    assert ticket.status == "new"


@pytest.mark.parametrize(
    "action", ["", "delete_selected", "resolve_all", "priority:highest", "tag:0", "assign:x", "team:99999"]
)
def test_action_that_is_none_changes_nothing(desk: Client, url: Address, email_channel: Any, action: str) -> None:
    ticket = make_ticket(email_channel)
    assert post(desk, url, action, [ticket]).status_code in (302, 400)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.version, after.status, after.team, after.assignee) == (ticket.version, "new", None, None)


@pytest.mark.parametrize("pk", ["x", "1 OR 1=1", "9" * 30, "-1"])
def test_selected_thing_that_is_no_ticket_is_refused(desk: Client, url: Address, pk: str) -> None:
    assert desk.post(url("changelist"), {"action": "resolve", "_selected_action": [pk]}).status_code == 400


def test_empty_selection_says_so(desk: Client, url: Address) -> None:
    assert "No ticket was selected" in report_of(post(desk, url, "resolve", []))


def test_private_ticket_is_left_alone_without_a_word(desk: Client, url: Address, lead: Any, email_channel: Any) -> None:
    own = make_ticket(email_channel)
    hidden = make_ticket(email_channel, team=make_team("Legal", lead, is_private=True))
    report = report_of(post(desk, url, "resolve", [own, hidden]))
    assert "1 resolved" in report
    assert str(hidden.number) not in report
    hidden.refresh_from_db()
    assert hidden.status == "new"


def test_auditor_is_refused(auditor: Any, signed_in: Callable[[Any], Client], url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    assert post(signed_in(auditor), url, "resolve", [ticket]).status_code == 403
    ticket.refresh_from_db()
    assert ticket.status == "new"
