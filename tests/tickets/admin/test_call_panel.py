"""The panel beside the ticket: calls, and calling the customer back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from helpdesk.common.clock import now
from tests.factories import make_ticket
from tickets.models import CallbackRequest
from tickets.selectors.inbox import tickets_in_view

SOON = timedelta(hours=3)


@pytest.fixture
def ticket(email_channel):
    return make_ticket(email_channel)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def act(user, ticket, **data):
    return signed_in(user).post(reverse("admin:tickets_ticket_call_back", args=[ticket.pk]), data)


def ask(user, ticket, **data):
    due_at = (localtime(now()) + SOON).strftime("%Y-%m-%dT%H:%M")
    return act(user, ticket, verb="request", **{"due_at": due_at, "phone": "+4930123456"} | data)


def test_agent_requests_a_call_back_and_settles_it(agent, ticket):
    answer = ask(agent, ticket, wish="after lunch")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "+4930123456" in page
    assert "after lunch" in page
    callback = CallbackRequest.objects.get()
    assert callback.requested_by == agent
    assert abs(callback.due_at - now() - SOON) < timedelta(minutes=2)
    assert act(agent, ticket, verb="done").status_code == 200
    callback.refresh_from_db()
    assert (callback.state, callback.done_by) == ("done", agent)
    assert act(agent, ticket, verb="done").status_code == 404


def test_time_that_is_past_and_number_without_country_are_refused(agent, ticket):
    assert ask(agent, ticket, due_at="2020-01-01T10:00").json()["code"] == "time_is_past"
    assert ask(agent, ticket, due_at="soon").json()["code"] == "invalid_time"
    assert ask(agent, ticket, phone="12").json()["code"] == "invalid_phone"
    assert ask(agent, ticket, phone="").json()["code"] == "no_phone"
    assert not CallbackRequest.objects.exists()


def test_auditor_sees_no_form_and_may_not_post(auditor, agent, ticket):
    ask(agent, ticket)
    page = signed_in(auditor).get(reverse("admin:tickets_ticket_panel", args=[ticket.pk])).content.decode()
    assert "+4930123456" in page
    assert "hd-call-due" not in page
    assert act(auditor, ticket, verb="done").status_code == 403


def test_ticket_to_call_back_stands_in_its_view_until_it_is_settled(agent, ticket):
    ask(agent, ticket)
    inbox = reverse("admin:tickets_ticket_changelist")
    seen = signed_in(agent).get(inbox, {"view": "call_back"}).content.decode()
    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in seen
    page = signed_in(agent).get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    assert "The customer waits to be called back" in page
    act(agent, ticket, verb="cancel")
    assert list(tickets_in_view(user=agent, view="call_back")) == []
    ticket.refresh_from_db()
    assert ticket.notice == ""
