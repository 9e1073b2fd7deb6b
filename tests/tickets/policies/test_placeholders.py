"""Placeholders: what is refused and where, what is put in, and what never is."""

from datetime import date
from time import perf_counter

import pytest

from helpdesk.common.errors import InvalidInput
from tickets.policies.person_names import first_name
from tickets.policies.placeholders import check_placeholders, fill_placeholders, greeting, is_known, written_date


@pytest.mark.parametrize(
    ("text", "filled", "missing"),
    [
        ("Hello {{customer.name}}!", "Hello Anna Berg!", ()),
        ("Hello {{ customer.name | there }}!", "Hello Anna Berg!", ()),
        ("Hello {{customer.first_name|there}}!", "Hello there!", ()),
        ("Hello{{customer.first_name|}}!", "Hello!", ()),
        ("Hello {{customer.first_name}}!", "Hello {{ customer.first_name }}!", ("customer.first_name",)),
        ("{{crm.plan}}, {{crm.since}}, {{crm.plan}}", "gold, {{ crm.since }}, gold", ("crm.since",)),
        ("no place { at } all", "no place { at } all", ()),
        ("{{customer.name}}{{customer.name}}", "Anna BergAnna Berg", ()),
    ],
)
def test_values_are_put_in_and_missing_ones_are_named(text: str, filled: str, missing: tuple[str, ...]) -> None:
    answer = fill_placeholders(text, {"customer.name": "Anna Berg", "crm.plan": "gold", "customer.first_name": " "})
    assert (answer.text, answer.missing) == (filled, missing)


@pytest.mark.parametrize(
    "name", ["{{agent.name}}", "{{{agent.name}}}", "{{{{x}}}}", "a }}{{ b", "\x00{{agent.name|x}}\r\nBcc: y"]
)
def test_value_that_looks_like_a_placeholder_stays_text(name: str) -> None:
    text = fill_placeholders(
        "Dear {{customer.name}} / {{agent.name}}", {"customer.name": name, "agent.name": "Ben"}
    ).text
    assert text.endswith(" / Ben")
    assert text.count("Ben") == 1
    # The guard of the composer looks for both.
    assert not any(sign in text for sign in ("{{", "}}", "\n"))


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("Hello {{customer.nmae}}", "unknown_placeholder", "1:7"),
        ("Hello\n\nDear {{password}}", "unknown_placeholder", "3:6"),
        ("{{customer.__class__}}", "unknown_placeholder", "1:1"),
        ("{{ticket.customer.name}}", "unknown_placeholder", "1:1"),
        ("{{}}", "unknown_placeholder", "1:1"),
        ("{{crm.}}", "unknown_placeholder", "1:1"),
        ("{{event.order.password}}", "unknown_placeholder", "1:1"),
        ("Hello {{customer.name", "open_braces", "1:7"),
        ("{{customer.name}} and }} there", "open_braces", "1:23"),
        ("{{customer.{{agent.name}}}}", "open_braces", "1:1"),
        ("{% debug %} {{ 7*7 }}", "unknown_placeholder", "1:13"),
    ],
)
def test_text_with_a_wrong_place_is_refused_with_where_it_is(text: str, code: str, place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_placeholders(text)
    assert (refused.value.code, refused.value.fields) == (code, {"text": place})


def test_misspelt_placeholder_is_told_the_right_one() -> None:
    with pytest.raises(InvalidInput, match=r"customer\.first_name"):
        check_placeholders("{{customer.firstname}}")


def test_teams_own_attributes_and_events_are_known() -> None:
    assert all(map(is_known, ("crm.plan", "crm.Lieblings farbe", "event.order.title", "event.shop.order.date")))
    check_placeholders("{% if %} ${x} {0.__class__} { } and {{ crm.plan | none }}")


def test_time_grows_with_the_length_of_the_text_alone() -> None:
    hostile = ["{{" * 200_000, "{{a|" * 100_000, "{{" + "a" * 400_000, "{{customer.name}}" * 20_000]
    began = perf_counter()
    for text in hostile:
        fill_placeholders(text, {"customer.name": "x"})
    assert perf_counter() - began < 3


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "2 Nov 2026"), ("de", "2. November 2026"), ("fr", "2 novembre 2026"), ("es", "2 de noviembre de 2026"),
     ("pt-br", "2 de Novembro de 2026"), ("xx", "2026-11-02"), ("", "2026-11-02")],
)  # fmt: skip
def test_dates_are_written_as_the_customers_language_does(language: str, written: str) -> None:
    assert written_date(date(2026, 11, 2), language).casefold() == written.casefold()


def test_greeting_follows_the_customers_own_hour_and_language() -> None:
    assert [greeting(hour, "de-AT") for hour in (3, 4, 11, 12, 17, 18)] == [
        "Guten Abend", "Guten Morgen", "Guten Morgen", "Guten Tag", "Guten Tag", "Guten Abend",
    ]  # fmt: skip
    assert greeting(9, "km") == ""


@pytest.mark.parametrize(
    ("name", "first"),
    [("Anna Berg", "Anna"), ("Berg, Anna", "Anna"), ("Dr. Anna Berg", "Anna"), ("Frau Berg", ""), ("王小明", "王小明"),
     ("anna@example.org", ""), ("+49 170 1234567", ""), ("user_4711", ""), ("", ""), ("“Anna” Berg", "Anna"), ("Mr", "Mr")],
)  # fmt: skip
def test_first_name_is_taken_from_how_people_write_theirs(name: str, first: str) -> None:
    assert first_name(name) == first
