from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from surveys.models import Invitation, Survey
from surveys.policies.reasons import REASONS
from surveys.selectors.asked_panel import asked_panel
from tests.factories import make_team
from tickets.models import Message, Ticket

Ask = Callable[..., Invitation]
LIST = "/admin/surveys/invitation/"


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_is_given_in_words_and_can_be_filtered(client: Client, lead: Any, asked: Ask, reason: str) -> None:
    asked()
    Invitation.objects.update(state="suppressed", reason=reason)
    client.force_login(lead)
    page = client.get(LIST, {"reason": reason}).text
    assert page.count(str(REASONS[reason]).replace("'", "&#x27;")) >= 2


def test_list_is_narrowed_by_survey_channel_and_way(client: Client, lead: Any, asked: Ask) -> None:
    invitation = asked()
    client.force_login(lead)
    for query, found in [
        ({"survey": invitation.survey_id}, True), ({"survey": 999_999}, False), ({"sent_via__exact": "mail"}, True),
        ({"channel": invitation.ticket.channel_id}, True), ({"channel": 999_999}, False), ({"channel": "x"}, True),
        ({"state__exact": "sent"}, True), ({"state__exact": "expired"}, False),
    ]:  # fmt: skip
        assert ("end of contact 1" in client.get(LIST, query).text) is found, query


def test_empty_list_says_when_customers_are_asked(client: Client, lead: Any, survey: Survey) -> None:
    client.force_login(lead)
    assert "Nobody has been asked yet" in client.get(LIST).text


@pytest.fixture
def ticket(answered_ticket: Callable[..., Ticket]) -> Ticket:
    return answered_ticket()


def test_agent_asks_from_the_ticket_and_a_second_press_asks_nobody(client: Client, agent: Any, ticket: Ticket) -> None:
    client.force_login(agent)
    form = client.get(f"{LIST}ask/?ticket={ticket.pk}")
    key = form.context["form"]["key"].value()
    body = {"ticket": str(ticket.number), "survey": Survey.objects.get().pk, "key": str(key)}
    for _press in range(2):
        answer = client.post(f"{LIST}ask/", body, follow=True)
        assert "The customer has been asked." in answer.text
    invitation = Invitation.objects.get()
    assert (invitation.occasion, invitation.state, invitation.requested_by) == (f"manual:{key}", "sent", agent)
    assert Message.objects.filter(purpose="survey").count() == 1
    assert "Asked on" in asked_panel(ticket, agent)


def test_agent_is_told_why_the_customer_is_not_asked(client: Client, agent: Any, asked: Ask) -> None:
    ticket = asked().ticket
    client.force_login(agent)
    body = {"ticket": f"#{ticket.number}", "survey": Survey.objects.get().pk, "key": "0" * 32}
    answer = client.post(f"{LIST}ask/", body, follow=True)
    assert "The customer is not asked: the customer was asked a short while ago." in answer.text
    assert "Not asked: the customer was asked a short while ago." in asked_panel(ticket, agent)


@pytest.mark.parametrize("number", ["0", "x", "999999"])
def test_unknown_ticket_is_said_at_its_field(client: Client, agent: Any, ticket: Ticket, number: str) -> None:
    client.force_login(agent)
    body = {"ticket": number, "survey": Survey.objects.get().pk, "key": "0" * 32}
    answer = client.post(f"{LIST}ask/", body)
    assert answer.status_code == 422
    assert "There is no ticket with this number." in answer.text


def test_ticket_of_a_closed_team_cannot_be_asked_about(client: Client, stranger: Any, ticket: Ticket) -> None:
    Ticket.objects.update(team=make_team("Board", is_private=True))
    client.force_login(stranger)
    body = {"ticket": str(ticket.number), "survey": Survey.objects.get().pk, "key": "0" * 32}
    assert client.post(f"{LIST}ask/", body).status_code == 422
    assert ticket.subject not in client.get(f"{LIST}ask/?ticket={ticket.pk}").text


def test_who_only_reads_asks_nobody(client: Client, auditor: Any, ticket: Ticket) -> None:
    client.force_login(auditor)
    assert client.get(f"{LIST}ask/").status_code == 403
    assert "Ask now" not in asked_panel(ticket, auditor)


def test_panel_offers_to_ask_before_anybody_was(agent: Any, ticket: Ticket) -> None:
    panel = asked_panel(ticket, agent)
    assert "Not asked yet" in panel
    assert f"/admin/surveys/invitation/ask/?ticket={ticket.pk}" in panel
