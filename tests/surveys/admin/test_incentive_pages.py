"""Pools in the admin: who sees which code, what an import says, what is left."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helpdesk.common.clock import now
from surveys.models import CouponCode, Incentive, RecoveryCase
from surveys.services.incentive_codes import import_codes
from surveys.services.recovery import open_case
from tests.factories import make_team, make_ticket
from tickets.models import Ticket
from tickets.services.actors import Actor

LIST = "/admin/surveys/incentive/"
VALUES = {
    "name": "Ten percent", "kind": "coupon", "description": "10 % off", "is_active": "on", "cost": "5", "currency": "eur",
    "approval_above": "", "budget": "100", "valid_for": "30 d", "expires_on": "",
}  # fmt: skip


@pytest.fixture
def pool(db: None) -> Incentive:
    return Incentive.objects.create(name="Ten percent", description="10 % off", cost=5, budget=20)


@pytest.fixture
def as_user(client: Client) -> Callable[[Any], Client]:
    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def given(pool: Incentive, email_channel: Any, agent: Any) -> CouponCode:
    """A code that a customer has."""
    ticket = make_ticket(email_channel)
    case = open_case(
        customer_id=ticket.customer_id,
        source="manual",
        key="manual:1",
        actor=Actor.system(),
        ticket_id=ticket.pk,
        words="Oh.",
    )
    return CouponCode.objects.create(
        incentive=pool, code="GIVEN-1", state="given", case=case, customer=ticket.customer, cost=5, given_at=now(),
        given_by=agent,
    )  # fmt: skip


def fill(pool: Incentive, *codes: str) -> None:
    import_codes(incentive_id=pool.pk, codes=codes, actor=Actor.system())


def codes_page(client: Client, pool: Incentive, query: str = "") -> str:
    return str(client.get(f"{LIST}{pool.pk}/codes/{query}").text)


def test_empty_list_and_empty_pool_say_what_to_do(as_user: Any, administrator: Any, agent: Any) -> None:
    client = as_user(administrator)
    assert "Nothing to give yet." in client.get(LIST).text
    made = client.post(f"{LIST}add/", VALUES)
    pool = Incentive.objects.get()
    assert made.headers["Location"] == f"{LIST}{pool.pk}/codes/import/"
    assert (pool.currency, pool.valid_for, pool.budget) == ("EUR", timedelta(days=30), Decimal(100))
    assert "none left: import codes" in client.get(LIST).text
    assert f'<a href="{LIST}{pool.pk}/codes/import/">Import codes</a>' in codes_page(client, pool)
    assert "Ask somebody who sets up incentives" in codes_page(as_user(agent), pool)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("currency", "E1R", "Three letters"), ("valid_for", "0", "Longer than nothing"), ("cost", "-1", "greater than or equal to 0"),
        ("name", "Taken", "already exists"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_pool_stands_at_its_field_and_nothing_typed_is_lost(
    as_user: Any, administrator: Any, db: None, field: str, value: str, words: str
) -> None:
    Incentive.objects.create(name="Taken", description="x")
    answer = as_user(administrator).post(f"{LIST}add/", VALUES | {field: value})
    assert answer.status_code == 200
    assert words in answer.text
    assert 'value="10 % off"' in answer.text
    assert Incentive.objects.count() == 1


@pytest.mark.parametrize(("free", "warned"), [(0, "none left"), (1, "only 1 left"), (9, "only 9 left"), (10, "")])
def test_few_codes_are_warned_of(as_user: Any, agent: Any, pool: Incentive, free: int, warned: str) -> None:
    fill(pool, "code", *(f"C{number}" for number in range(free))) if free else None
    text = as_user(agent).get(LIST).text
    assert [words for words in ("none left", "only 1 left", "only 9 left") if words in text] == (
        [warned] if warned else []
    )


def test_list_says_what_is_given_redeemed_and_spent_in_as_many_queries_for_many_pools(
    as_user: Any, agent: Any, given: CouponCode, django_assert_max_num_queries: Any
) -> None:
    CouponCode.objects.create(
        incentive=given.incentive, code="R", state="redeemed", cost=5, given_at=now(), redeemed_at=now()
    )
    for number in range(5):
        fill(Incentive.objects.create(name=f"Pool {number}", description="x"), f"P{number}")
    client = as_user(agent)
    client.get(LIST)
    with django_assert_max_num_queries(6):
        text = client.get(LIST).text
    assert "1 (50 %)" in text
    assert "10.00 of 20.00 EUR" in text
    assert 'class="hd-bar-part" width="50"' in text


def test_import_tells_of_every_line_and_adds_nothing_twice(as_user: Any, administrator: Any, pool: Incentive) -> None:
    client = as_user(administrator)
    address = f"{LIST}{pool.pk}/codes/import/"
    file = SimpleUploadedFile("codes.csv", "\ufeffF-1;x\r\nF-2\r\nP-1\r\n".encode())
    text = client.post(address, {"codes": f"code\nP-1\n\n{'x' * 81}\n<b>\x07\n", "file": file}).text
    assert set(CouponCode.objects.values_list("code", flat=True)) == {"P-1", "<b>", "F-1", "F-2"}
    assert "4 codes added" in text
    assert "0 were here already" in text
    assert "2 lines are no codes." in text
    assert [words for words in ("longer than 80 characters", "stands in it twice") if words not in text] == []
    again = client.post(address, {"codes": "P-1\nP-9"}).text
    assert "1 code added" in again
    assert "1 was here already" in again


@pytest.mark.parametrize(
    ("codes", "file", "words"),
    [
        ("", b"", "There is no code in it"), ("KEPT", b"\xff\xfe1", "no text in UTF-8"), ("x" * 81, b"", "There is no code in it"),
    ],
)  # fmt: skip
def test_import_that_cannot_be_read_keeps_what_was_typed(
    as_user: Any, administrator: Any, pool: Incentive, codes: str, file: bytes, words: str
) -> None:
    data: dict[str, Any] = {"codes": codes} | ({"file": SimpleUploadedFile("codes.txt", file)} if file else {})
    answer = as_user(administrator).post(f"{LIST}{pool.pk}/codes/import/", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert codes in answer.text
    assert not CouponCode.objects.exists()


def test_free_codes_are_covered_for_who_does_not_set_up_incentives(
    as_user: Any, agent: Any, auditor: Any, administrator: Any, given: CouponCode
) -> None:
    fill(given.incentive, "FREE-1", "FREE-2")
    for user in (agent, auditor):
        text = codes_page(as_user(user), given.incentive, "?q=free-2")
        assert ("FREE-1" in text, "GIVEN-1" in text, "Carla Customer" in text) == (False, True, True)
        assert "Withdraw</button>" not in text
    text = codes_page(as_user(administrator), given.incentive, "?q=free-1")
    assert ("FREE-1" in text, "FREE-2" in text, "GIVEN-1" in text) == (True, False, False)
    text = codes_page(as_user(administrator), given.incentive, "?state=given")
    assert ("FREE-1" in text, "GIVEN-1" in text) == (False, True)


def test_given_code_of_a_private_ticket_is_covered_with_its_customer(
    as_user: Any, agent: Any, stranger: Any, administrator: Any, given: CouponCode
) -> None:
    Ticket.objects.update(team=make_team("Board", stranger, is_private=True))
    assert RecoveryCase.objects.visible_to(agent).count() == 0
    for user, sees_code in ((agent, False), (administrator, True)):
        text = codes_page(as_user(user), given.incentive)
        assert ("GIVEN-1" in text, "Carla Customer" in text) == (sees_code, False)
    text = codes_page(as_user(stranger), given.incentive)
    assert ("GIVEN-1" in text, "Carla Customer" in text) == (True, True)


def test_export_is_a_table_that_no_spreadsheet_computes_and_comes_back_as_it_was(
    as_user: Any, administrator: Any, pool: Incentive
) -> None:
    fill(pool, "=1+1", "@x", "plain")
    client = as_user(administrator)
    export = client.get(f"{LIST}{pool.pk}/codes/export/")
    lines = export.text.split("\r\n")
    assert export.headers["Content-Type"].startswith("text/csv")
    assert [line.partition(",")[0] for line in lines[:4]] == ["code", "'=1+1", "'@x", "plain"]
    report = client.post(f"{LIST}{pool.pk}/codes/import/", {"codes": export.text}).text
    assert "0 codes added" in report
    assert "3 were here already" in report


def test_withdrawn_code_is_never_given_and_a_redeemed_one_stays(
    as_user: Any, administrator: Any, given: CouponCode
) -> None:
    client = as_user(administrator)
    address = f"{LIST}{given.incentive_id}/codes/{given.pk}/withdraw/"
    answer = client.post(address, {"query": "state=given"})
    given.refresh_from_db()
    assert (answer.headers["Location"], given.state) == (f"{LIST}{given.incentive_id}/codes/?state=given", "withdrawn")
    CouponCode.objects.update(state="redeemed")
    assert "This code was redeemed before." in client.post(address, follow=True).text
    other = Incentive.objects.create(name="Other", description="x")
    assert client.post(f"{LIST}{other.pk}/codes/{given.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize(
    ("role", "pages", "writes"),
    [
        ("administrator", 200, (200, 200, 302)), ("lead", 200, (403, 403, 403)), ("agent", 200, (403, 403, 403)),
        ("auditor", 200, (403, 403, 403)), ("marketing", 403, (403, 403, 403)),
    ],
)  # fmt: skip
def test_reading_is_for_the_team_and_codes_are_handled_by_who_sets_up(
    request: pytest.FixtureRequest, client: Client, pool: Incentive, role: str, pages: int, writes: tuple[int, int, int]
) -> None:
    fill(pool, "C-1")
    client.force_login(request.getfixturevalue(role))
    own = f"{LIST}{pool.pk}/"
    assert [client.get(path).status_code for path in (LIST, f"{own}change/", f"{own}codes/")] == [pages] * 3
    code = CouponCode.objects.get()
    answers = (
        client.post(f"{own}codes/import/", {"codes": "X"}),
        client.get(f"{own}codes/export/"),
        client.post(f"{own}codes/{code.pk}/withdraw/"),
    )
    assert tuple(answer.status_code for answer in answers) == writes


def test_page_of_codes_costs_as_much_for_many_as_for_few(
    as_user: Any, agent: Any, given: CouponCode, django_assert_max_num_queries: Any
) -> None:
    fill(given.incentive, *(f"F-{number}" for number in range(150)))
    client = as_user(agent)
    codes_page(client, given.incentive)
    with django_assert_max_num_queries(8):
        assert "Page 1 of 2" in codes_page(client, given.incentive)
