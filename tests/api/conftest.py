"""What tests of the API use: callers with keys, and a private team beside an open one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.services import create_api_key
from tests.factories import make_team, make_ticket


@pytest.fixture
def calling() -> Callable[..., Client]:
    """``calling(user)``: a client that sends a key of this user."""

    def make(user: Any, *scopes: str) -> Client:
        _key, text = create_api_key(user=user, name="test", scopes=scopes or ("admin",))
        return Client(headers={"authorization": f"Bearer {text}"})

    return make


@pytest.fixture
def client(agent: Any, calling: Callable[..., Client]) -> Client:
    """An agent's key with every scope."""
    return calling(agent)


@pytest.fixture
def ticket(email_channel: Any) -> Any:
    """A new ticket without a team: every agent sees it."""
    return make_ticket(email_channel)


@pytest.fixture
def hidden_ticket(api_channel: Any, lead: Any) -> Any:
    """A ticket of a private team of the lead's."""
    from channels_app.adapters.base import Address

    team = make_team("Directors", lead, is_private=True)
    sender = Address(address="secret-customer", name="Hidden Henry")
    return make_ticket(api_channel, sender=sender, subject="Hidden affair", text="zebrafish", team_id=team.pk)
