"""How long decisions are kept."""

from datetime import timedelta

import pytest

from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import RoutingDecision
from tickets.services.decisions import delete_old_decisions

pytestmark = pytest.mark.django_db


def test_old_decisions_of_closed_tickets_go_and_all_others_stay():
    closed, still_open = make_ticket(make_channel(), status="closed"), make_ticket(make_channel())
    for ticket in (closed, still_open):
        for days in (400, 300):
            RoutingDecision.objects.create(ticket=ticket, kind="rule", at=now() - timedelta(days=days))
    assert delete_old_decisions() == 1
    kept = RoutingDecision.objects.filter(ticket=closed).get()
    assert now() - kept.at < timedelta(days=365)
    assert RoutingDecision.objects.filter(ticket=still_open).count() == 2
