"""What the composer points at: a table of answers in four languages."""

from time import perf_counter

import pytest

from tickets.policies.tone import tone_hints

KIND = "Thank you for writing to us. We have asked the carrier and will tell you tomorrow what they say."


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        (f"Dear Anna, {KIND}", []),
        (f"Dear Ms Berg, {KIND}", []),
        (KIND, [("missing_name", "Anna")]),
        ("Yes, until six.", []),
        (f"Anna, PLEASE READ THAT MAIL AGAIN. {KIND}", [("shouting", "PLEASE READ THAT")]),
        (f"Anna, the USB and HDMI ports of the DHL box. {KIND}", []),
        (f"Anna, really!!! {KIND}", [("shouting", "!!!")]),
        (f"Anna, this is your fault. {KIND}", [("blame", "your fault")]),
        (f"Anna, you should have, then, asked. {KIND}", [("blame", "you should have")]),
        ("Guten Tag Anna, wie bereits gesagt liegt das Paket bei der Post und wartet auf Sie.",
         [("blame", "wie bereits gesagt"), ("other_language", "de")]),
        ("Bonjour Anna, vous auriez dû nous écrire avant la fin du mois, merci de votre compréhension.",
         [("blame", "vous auriez dû"), ("other_language", "fr")]),
        ("Hola Anna, cálmese, por favor. Mañana le enviaremos otra lámpara sin ningún coste para usted.",
         [("blame", "cálmese"), ("other_language", "es")]),
        ("Anna 4711 https://shop.example/x", []),
        ("", []),
    ],
)  # fmt: skip
def test_composer_points_at_what_a_colleague_would(text: str, hints: list[tuple[str, str]]) -> None:
    found = tone_hints(text, name="Anna Berg", language="en", is_first_answer=True)
    assert [(hint.code, hint.detail) for hint in found] == hints


def test_name_is_asked_for_once_and_only_where_it_is_known() -> None:
    assert tone_hints(KIND, name="Anna Berg", language="en") == ()
    assert tone_hints(KIND, name="anna@example.org", language="en", is_first_answer=True) == ()


def test_unknown_language_of_the_customer_is_no_reason_for_a_hint() -> None:
    assert tone_hints("Guten Tag, Ihr Paket liegt seit gestern bei der Post und wartet auf Sie.") == ()


def test_hostile_length_costs_little() -> None:
    began = perf_counter()
    for text in ("A" * 500_000, "YOU MUST " * 60_000, "! ? " * 100_000):
        tone_hints(text, name="Anna Berg", language="en", is_first_answer=True)
    assert perf_counter() - began < 2
