import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from surveys.models import CouponCode, Incentive, RecoveryCase
from surveys.services.incentive_codes import (
    draw_code,
    expire_codes,
    export_codes,
    given_cost,
    import_codes,
    redeem_code,
    withdraw_code,
)
from tests.factories import make_ticket
from tickets.services.actors import Actor

SYSTEM = Actor.system()


@pytest.fixture
def pool(db: None) -> Incentive:
    incentive = Incentive.objects.create(name="Ten off", description="10 % off", cost=Decimal("10"))
    import_codes(incentive_id=incentive.pk, codes=[f"CODE{number}" for number in range(1, 5)], actor=SYSTEM)
    return incentive


@pytest.fixture
def new_case(email_channel: Any) -> Callable[[], RecoveryCase]:
    def make() -> RecoveryCase:
        ticket = make_ticket(email_channel)
        number = RecoveryCase.objects.count()
        return RecoveryCase.objects.create(
            customer=ticket.customer, ticket=ticket, cause=f"topic:{number}", source="manual",
            opened_at=datetime(2026, 3, 2, tzinfo=UTC),
        )  # fmt: skip

    return make


def draw(case: RecoveryCase, pool: Incentive) -> CouponCode:
    return draw_code(case=case, incentive_id=pool.pk, actor=SYSTEM)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises((Conflict, NotVisible, InvalidInput)) as refusal:
        call()
    return refusal.value.code


def test_import_takes_each_code_once_and_names_the_lines_that_are_none(pool: Incentive) -> None:
    lines = ["code;note", "A-1;spring", "'=B+2", "A-1", "", "CODE2", "x" * 81, "tab\tinside"]
    imported = import_codes(incentive_id=pool.pk, codes=lines, actor=SYSTEM)
    again = import_codes(incentive_id=pool.pk, codes=lines, actor=SYSTEM)
    assert set(pool.codes.values_list("code", flat=True)) >= {"A-1", "=B+2", "tab"}
    assert (imported.known, again.added) == (1, 0)
    assert [(fault.line, fault.reason) for fault in imported.faults] == [(4, "repeated"), (7, "too_long")]


def test_import_without_a_code_or_with_too_many_is_refused(pool: Incentive) -> None:
    assert refused(lambda: import_codes(incentive_id=pool.pk, codes=["", " "], actor=SYSTEM)) == "no_codes"
    assert refused(lambda: import_codes(incentive_id=pool.pk, codes=["x"] * 50_001, actor=SYSTEM)) == "too_many_codes"
    assert refused(lambda: import_codes(incentive_id=0, codes=["x"], actor=SYSTEM)) == "incentive_not_found"


def test_case_gets_one_code_of_a_pool_however_often_it_is_drawn(
    pool: Incentive, new_case: Callable[[], RecoveryCase]
) -> None:
    case, other = new_case(), new_case()
    first, again, another = draw(case, pool), draw(case, pool), draw(other, pool)
    assert (first.pk == again.pk, first.pk == another.pk) == (True, False)
    assert (first.state, first.customer_id, first.cost) == ("given", case.customer_id, Decimal("10.00"))


def test_empty_pool_ended_pool_and_spent_budget_are_refused_in_words(
    pool: Incentive, new_case: Callable[[], RecoveryCase]
) -> None:
    Incentive.objects.update(budget=Decimal("15"))
    draw(new_case(), pool)
    assert refused(lambda: draw(new_case(), pool)) == "budget_spent"
    Incentive.objects.update(budget=None, expires_on=date(2020, 1, 1))
    assert refused(lambda: draw(new_case(), pool)) == "incentive_over"
    Incentive.objects.update(expires_on=None, is_active=False)
    assert refused(lambda: draw(new_case(), pool)) == "incentive_off"
    Incentive.objects.update(is_active=True)
    CouponCode.objects.filter(state="free").delete()
    assert refused(lambda: draw(new_case(), pool)) == "pool_empty"


def test_code_runs_out_when_its_own_time_or_its_pool_does(
    clock: Any, pool: Incentive, new_case: Callable[[], RecoveryCase]
) -> None:
    Incentive.objects.update(valid_for=timedelta(days=30), expires_on=date(2026, 3, 10))
    code = draw(new_case(), pool)
    # The last day counts to its end, in the zone of the site (UTC).
    assert code.expires_at == datetime(2026, 3, 11, tzinfo=UTC)


def test_code_is_redeemed_once_and_the_same_order_may_ask_again(
    pool: Incentive, new_case: Callable[[], RecoveryCase]
) -> None:
    code = draw(new_case(), pool).code
    redeemed = redeem_code(code=code, reference="order 7", actor=SYSTEM)
    again = redeem_code(code=code, reference="order 7", actor=SYSTEM)
    assert (redeemed.redeemed_for, again.redeemed_at) == ("order 7", redeemed.redeemed_at)
    assert refused(lambda: redeem_code(code=code, reference="order 8", actor=SYSTEM)) == "already_redeemed"


def test_code_that_nobody_was_given_does_not_exist_for_who_guesses_it(pool: Incentive) -> None:
    assert refused(lambda: redeem_code(code="CODE1", reference="order 7", actor=SYSTEM)) == "code_not_found"
    assert refused(lambda: redeem_code(code="nonsense", reference="order 7", actor=SYSTEM)) == "code_not_found"


def test_expired_and_withdrawn_codes_are_no_longer_good_and_cost_nothing(
    pool: Incentive, new_case: Callable[[], RecoveryCase]
) -> None:
    over, lost, late = draw(new_case(), pool), draw(new_case(), pool), draw(new_case(), pool)
    CouponCode.objects.filter(pk__in=[over.pk, late.pk]).update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    # Before the sweep has seen it.
    assert refused(lambda: redeem_code(code=late.code, reference="x", actor=SYSTEM)) == "code_expired"
    assert expire_codes() == 2
    withdraw_code(code_id=lost.pk, actor=SYSTEM)
    assert refused(lambda: redeem_code(code=over.code, reference="x", actor=SYSTEM)) == "code_expired"
    assert refused(lambda: redeem_code(code=lost.code, reference="x", actor=SYSTEM)) == "code_withdrawn"
    assert given_cost(pool.pk) == Decimal(0)


def test_export_holds_no_cell_that_a_spreadsheet_computes(pool: Incentive) -> None:
    import_codes(incentive_id=pool.pk, codes=['=HYPERLINK("x")', "+41"], actor=SYSTEM)
    rows = list(csv.reader(export_codes(incentive_id=pool.pk).splitlines()))
    assert [row[0] for row in rows[-2:]] == ['\'=HYPERLINK("x")', "'+41"]
    assert rows[0][:2] == ["code", "state"]
