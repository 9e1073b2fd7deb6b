"""The heartbeat's address: who may send it and what it costs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import make_team, make_ticket
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import WorkInterval

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def test_beat_of_an_open_page_costs_four_queries(
    desk: Client, url: Address, email_channel: Any, django_assert_num_queries: Any
) -> None:
    ticket = make_ticket(email_channel)
    assert desk.post(url("work", ticket), headers=FRAGMENT).status_code == 204
    with django_assert_num_queries(4):
        response = desk.post(url("work", ticket), headers=FRAGMENT)
    assert (response.status_code, response.content) == (204, b"")
    assert WorkInterval.objects.filter(ended_at=None).count() == 1


def test_leaving_ends_what_the_page_had_begun(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    desk.post(url("work", ticket))
    assert desk.post(url("work", ticket), {"end": "now"}).status_code == 204
    assert not WorkInterval.objects.filter(ended_at=None).exists()


def test_nobody_works_in_a_ticket_that_he_does_not_see_or_may_not_answer(
    signed_in: Callable[[Any], Client], url: Address, email_channel: Any, agent: Any, auditor: Any
) -> None:
    ticket = make_ticket(email_channel)
    assert signed_in(auditor).post(url("work", ticket), headers=FRAGMENT).status_code == 403
    hidden = make_ticket(email_channel, team=make_team("Board", is_private=True))
    assert signed_in(agent).post(url("work", hidden), headers=FRAGMENT).status_code == 404
    assert not WorkInterval.objects.exists()


def test_beat_from_another_site_is_refused(agent: Any, url: Address, email_channel: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    assert client.post(url("work", make_ticket(email_channel))).status_code == 403
