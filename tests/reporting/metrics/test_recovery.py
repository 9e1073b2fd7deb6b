from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.models import TicketFact
from surveys.models import CouponCode, Incentive, Invitation, RecoveryCase, RecoveryStep, Response, RootCause
from surveys.services.preset import ensure_preset_survey
from tickets.models import Ticket, Topic

Make, Ask = Callable[..., Any], Callable[..., Question]
OPENED_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_case(make_fact: Make) -> Callable[..., RecoveryCase]:
    def make(outcome: str = "", **fields: Any) -> RecoveryCase:
        ticket = make_fact(60).ticket
        values = {"closed_at": OPENED_AT + timedelta(days=3), "outcome": outcome} if outcome else {}
        return RecoveryCase.objects.create(
            customer=ticket.customer, ticket=ticket, source="low_score", opened_at=OPENED_AT, **(values | fields)
        )

    return make


def only(name: str, question: Question) -> dict[str, Any]:
    (row,) = METRICS[name].rows(question)
    return dict(row.values)


def test_rate_is_of_the_ended_cases_and_what_runs_stands_beside_it(make_case: Make, ask: Ask) -> None:
    for outcome in ("regained", "lost", "no_answer", "mistaken", ""):
        make_case(outcome)
    row = only("recovery", ask())
    assert (row["count"], row["regained"], row["share_regained"], row["running"]) == (3, 1, 1 / 3, 1)


def test_score_is_better_only_where_both_votes_are_known(make_case: Make, ask: Ask) -> None:
    make_case("regained", score_before=3, score_after=9)
    make_case("lost", score_before=4, score_after=4)
    make_case("no_answer", score_before=2)
    row = only("recovery", ask())
    assert (row["share_better"], row["score_before"], row["score_after"]) == (0.5, 3.5, 6.5)


def test_time_to_the_apology_leaves_out_casespurchase_one(make_case: Make, ask: Ask) -> None:
    apologised, skipped = make_case("regained"), make_case("lost")
    RecoveryStep.objects.create(case=apologised, kind="apology", state="done", at=OPENED_AT + timedelta(hours=2))
    RecoveryStep.objects.create(case=skipped, kind="apology", state="skipped", at=OPENED_AT)
    assert only("recovery", ask())["median"] == 7200


def test_regained_customer_costs_what_all_gifts_cost_together(make_case: Make, ask: Ask) -> None:
    pool = Incentive.objects.create(name="Ten", description="10 % off")
    for number, outcome in enumerate(("regained", "lost", "regained", "")):
        case = make_case(outcome)
        values = {"state": "given", "case": case, "given_at": OPENED_AT, "cost": Decimal(10)}
        CouponCode.objects.create(incentive=pool, code=f"A{number}", **values)
    row = only("recovery", ask())
    assert (row["cost_per_regained"], row["currency"]) == (15.0, "EUR")
    other = Incentive.objects.create(name="Dollar", description="Off", currency="USD")
    CouponCode.objects.filter(code="A0").update(incentive=other)
    row = only("recovery", ask())
    assert (row["cost_per_regained"], row["currency"]) == (None, None)


def test_codes_of_two_currencies_in_one_case_are_not_added_up(make_case: Make, ask: Ask) -> None:
    case = make_case("regained")
    for currency in ("EUR", "USD"):
        pool = Incentive.objects.create(name=currency, description="Off", currency=currency)
        CouponCode.objects.create(
            incentive=pool, code=currency, state="given", case=case, given_at=OPENED_AT, cost=Decimal(10)
        )
    row = only("recovery", ask())
    assert (row["cost_per_regained"], row["currency"]) == (None, None)


def test_cases_about_spam_merged_and_agent_opened_tickets_do_not_count(make_case: Make, ask: Ask) -> None:
    counted, spam, merged, ours, purchase = (make_case("regained") for _number in range(5))
    Ticket.objects.filter(pk=spam.ticket_id).update(is_spam=True)
    Ticket.objects.filter(pk=merged.ticket_id).update(merged_into=counted.ticket)
    TicketFact.objects.filter(pk=ours.ticket_id).update(excluded_because="agent_opened", is_counted=False)
    RecoveryCase.objects.filter(pk=purchase.pk).update(ticket=None)
    assert only("recovery", ask())["count"] == 2


def test_cases_are_told_apart_by_cause_and_by_topic(make_case: Make, ask: Ask) -> None:
    cause, topic = RootCause.objects.get(key="product.defect"), Topic.objects.create(name="Zip")
    make_case("regained", root_cause=cause, topic=topic)
    make_case("lost")
    rows = METRICS["recovery"].rows(ask(group_by=GroupBy.CAUSE))
    assert [(row.label, row.values["share_regained"]) for row in rows] == [
        ("Defect", 1.0),
        ("Cause not known yet", 0.0),
    ]
    assert only("recovery", ask(topic=str(topic.pk)))["regained"] == 1
    assert only("recovery", ask(cause="none"))["lost"] == 1


def test_ticket_is_one_complaint_however_often_its_customer_complained(make_case: Make, ask: Ask) -> None:
    case = make_case(root_cause=RootCause.objects.get(key="process.slow"))
    Ticket.objects.filter(pk=case.ticket_id).update(sentiment="negative")
    happy = make_case("mistaken")
    for ticket, score in ((case.ticket, 2), (happy.ticket, 9)):
        invitation = Invitation.objects.create(
            survey=ensure_preset_survey(),
            customer=ticket.customer,
            ticket=ticket,
            occasion="contact:1",
            due_at=OPENED_AT,
        )
        Response.objects.create(invitation=invitation, score=score, is_low=score < 7, answered_at=OPENED_AT)
    row = only("complaints", ask())
    assert (row["count"], row["low_votes"], row["angry"], row["bad_reviews"], row["with_case"]) == (1, 1, 1, 0, 1)
    (by_cause,) = METRICS["complaints"].rows(ask(group_by=GroupBy.CAUSE))
    assert (by_cause.label, by_cause.values["count"]) == ("Takes too long", 1)
    assert list(METRICS["complaints"].tickets(ask(subset="low_votes"))) == [case.ticket]
