from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reporting.models import TicketFact
from tests.factories import make_ticket


def test_facts_are_made_anew_from_a_day_of_the_site(email_channel: Any) -> None:
    make_ticket(email_channel)
    told = StringIO()
    call_command("rebuild_facts", "--from", "2020-01-31", stdout=told)
    assert (TicketFact.objects.count(), told.getvalue()) == (1, "The facts of 1 tickets made anew.\n")


def test_what_is_no_day_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="2026-01-31"):
        call_command("rebuild_facts", "--from", "soon")
