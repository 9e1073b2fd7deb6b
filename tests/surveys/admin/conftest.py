"""Recovery cases for tests of their pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from surveys.models import RecoveryCase
from surveys.services.recovery import (
    open_case,
)
from tests.factories import make_ticket
from tickets.services.actors import Actor

Make = Callable[..., Any]


@pytest.fixture
def opened(email_channel: Any) -> Make:
    """Make a case about a ticket of its own; ``fields`` are then set on its row."""

    def make(words: str = "Nobody told me <b>anything</b>.", **fields: Any) -> Any:
        ticket = make_ticket(email_channel)
        case = open_case(
            customer_id=ticket.customer_id, source="manual", key=f"manual:{ticket.pk}", actor=Actor.system(),
            ticket_id=ticket.pk, words=words,
        )  # fmt: skip
        RecoveryCase.objects.filter(pk=case.pk).update(cause=str(ticket.pk), **fields)
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def as_user(client: Client) -> Callable[[Any], Client]:
    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter
