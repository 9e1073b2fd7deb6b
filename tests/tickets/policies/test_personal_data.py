"""What is taken for personal data in a public text, and what is not."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.policies.personal_data import MOST_CHARACTERS, find_personal_data, is_card, is_iban


def kinds(text: str, language: str = "en") -> list[str]:
    return [one.kind for one in find_personal_data(text, language=language)]


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "write to carla.customer+shop@mail.example.co.uk please", "email"),
        ("de", "Meine Adresse: käthe@beispiel.de.", "email"),
        ("en", "my card is 4111 1111 1111 1111, charged twice", "card"),
        ("en", "5555-5555-5555-4444", "card"),
        ("fr", "ma carte 378282246310005", "card"),
        ("de", "IBAN DE89 3704 0044 0532 0130 00 bitte", "iban"),
        ("en", "gb82west12345698765432", "iban"),
        ("fr", "FR14 2004 1010 0505 0001 3M02 606", "iban"),
        ("es", "ES91-2100-0418-4502-0005-1332", "iban"),
        ("en", "call +44 20 7946 0958", "phone"),
        ("de", "Ruft mich an: 030 901820", "phone"),
        ("de", "0151/12345678", "phone"),
        ("de", "0043 1 5336001", "phone"),
        ("fr", "06 12 34 56 78", "phone"),
        ("es", "mi móvil es 612 34 56 78", "phone"),
        ("en", "try (212) 736-5000", "phone"),
        ("en", "My phone: 2127365000", "phone"),
        ("ar", "رقمي 0501234567", "phone"),
        ("en", "order number is AC-2093111", "order_number"),
        ("de", "Bestellnr. 40012345 kam nie an", "order_number"),
        ("fr", "commande n° 8812345", "order_number"),
        ("es", "pedido: X7712345", "order_number"),
        ("en", "Invoice 2025-00123 is wrong", "order_number"),
    ],
)
def test_personal_data_is_seen(language: str, text: str, kind: str) -> None:
    assert kinds(text, language) == [kind]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I waited 45 minutes and paid 1,299.00 euros"),
        ("de", "Am 12.10.2026 um 14:30 bestellt, 3 Wochen gewartet"),
        ("en", "2026-10-12 to 2026-10-14"),
        ("en", "@acme your shop is down since 2019"),
        ("en", "order is late, ordered in 2026"),
        ("en", "the order of 12 lamps for 100 euros"),
        ("en", "4111 1111 1111 1112"),
        ("en", "0000 0000 0000 0000"),
        ("de", "DE89 3704 0044 0532 0130 01"),
        ("en", "model 1234567890 and version 10.0.19041.1288"),
        ("en", "12345678 people like this"),
        ("en", "https://shop.example/item/4915112345678"),
        ("en", "10/10, would buy again 5/5"),
        ("en", "tweet 1789012345678901234"),
        ("de", "Es kostet 1.250.000 €"),
    ],
)
def test_ordinary_numbers_and_names_raise_no_alarm(language: str, text: str) -> None:
    assert kinds(text, language) == []


def test_place_of_each_is_named() -> None:
    text = "Order 4711-0815, mail carla@shop.example"
    assert [text[one.start : one.end] for one in find_personal_data(text)] == ["4711-0815", "carla@shop.example"]


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_card_is_one_in_ten(digits: str) -> None:
    for beginning in (f"4{digits}", f"6{digits}"):
        assert sum(is_card(beginning + last) for last in "0123456789") == 1


@given(st.integers(0, 96))
def test_iban_has_one_right_check(check: int) -> None:
    assert is_iban(f"DE{check:02}370400440532013000") is (check == 89)


@given(st.text(max_size=400), st.sampled_from(["en", "de", "fr", "es", "ar", ""]))
def test_any_text_is_read_without_error(text: str, language: str) -> None:
    for one in find_personal_data(text, language=language):
        assert 0 <= one.start < one.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "@", "a@", "a.", "order ", "DE89 ", "+", "(0", "1-", "1.1.", "order 1234 ", "tel 030 901820 "]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = (piece * MOST_CHARACTERS)[:MOST_CHARACTERS]
    start = perf_counter()
    find_personal_data(text, language="de")
    assert perf_counter() - start < 0.5
