"""Making good, as agents do it: cases that are ready for it, and workers that give each a code."""

from decimal import Decimal

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict
from surveys.models import Incentive, RecoveryCase, RecoveryStep
from surveys.services.incentive_codes import import_codes
from surveys.services.incentives import offer_incentive
from tests.factories import make_channel, make_item
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.intake import receive

TEXT = "Please take this: {{recovery.incentive}}. Is there anything else?"


def open_corrected_cases(count: int) -> None:
    """As many cases as codes, with every step before the gift left out, in a pool with a budget that is just enough."""
    User.objects.create_superuser("agent", password="a long password")
    pool = Incentive.objects.create(
        name="Ten off", description="10 % off", cost=Decimal(10), budget=Decimal(10 * count)
    )
    import_codes(incentive_id=pool.pk, codes=[f"CODE{number}" for number in range(count)], actor=Actor.system())
    channel = make_channel(kind="email", slug="support")
    for number in range(count):
        ticket = Ticket.objects.get(pk=receive(channel=channel, item=make_item()).ticket_id)
        case = RecoveryCase.objects.create(
            customer_id=ticket.customer_id, ticket=ticket, cause=f"topic:{number}", source="manual", opened_at=now()
        )
        RecoveryStep.objects.bulk_create(
            RecoveryStep(case=case, kind=kind, state="skipped", reason="Known.", at=now())
            for kind in ("cause", "plan", "apology", "correction")
        )


def give_codes(turn: int) -> None:
    """Offer the pool in every case that has no gift yet; several workers meet at the same cases, from different ends."""
    agent, pool = User.objects.get(), Incentive.objects.get()
    waiting = RecoveryCase.objects.exclude(steps__kind="make_good").values_list("pk", flat=True)
    for case_id in waiting.order_by("pk" if turn % 2 else "-pk"):
        try:
            offer_incentive(case_id=case_id, incentive_id=pool.pk, text=TEXT, actor=Actor.agent(agent))
        except Conflict as conflict:
            # Whoever draws last while others hold the rest sees none; the next round finds it.
            if conflict.code != "pool_empty":
                raise
