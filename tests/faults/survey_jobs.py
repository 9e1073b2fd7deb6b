"""Asking customers, as the timers do it: contacts that end together, and workers that plan and ask until nothing is left."""

from bench.jobs.surveys import end_contacts
from helpdesk.common.clock import now
from surveys.models import Invitation
from surveys.services.planning import plan_surveys
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel
from tests.support.event_log import wait_for_horizon
from tickets.models import Customer, CustomerIdentity


def end_many_contacts(count: int) -> None:
    """As many answered and resolved tickets, each of another customer; their questions are due at once."""
    ensure_preset_survey()
    end_contacts(make_channel(kind="email", slug="support"), count)


def plan_and_ask() -> None:
    """Work until a whole round finds nothing to do."""
    wait_for_horizon(120)
    while plan_surveys() + send_due_surveys():
        pass


def plan_mails(count: int, port: int) -> None:
    """As many questions about no ticket, due now, to be sent by the mail server on this port."""
    survey = ensure_preset_survey()
    config = {
        "address": "support@desk.example", "smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain",
    }  # fmt: skip
    make_channel(kind="email", slug="support", config=config)
    for number in range(count):
        customer = Customer.objects.create(name=f"Buyer {number}", sort_name=f"buyer {number}")
        CustomerIdentity.objects.create(customer=customer, kind="email", address=f"b{number}@customer.example")
        Invitation.objects.create(survey=survey, customer=customer, occasion=f"api:{number}", due_at=now())
