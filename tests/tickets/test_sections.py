"""What the overview says of tickets that could not be sorted."""

import pytest

from helpdesk.accounts.roles import ensure_roles
from tests.factories import make_channel, make_ticket
from tickets.models import TriageItem
from tickets.services.triage import MOST_ATTEMPTS

pytestmark = pytest.mark.django_db


def test_overview_tells_administrators_of_tickets_that_could_not_be_sorted(client, administrator, agent):
    ensure_roles()
    make_ticket(make_channel())
    client.force_login(administrator)
    assert "could not be sorted" not in client.get("/admin/").content.decode()
    TriageItem.objects.update(attempts=MOST_ATTEMPTS)
    assert "could not be sorted" in client.get("/admin/").content.decode()
    client.force_login(agent)
    assert "could not be sorted" not in client.get("/admin/").content.decode()
