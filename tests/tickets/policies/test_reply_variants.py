"""Which wording a customer gets: a table of languages and channels."""

import pytest

from tickets.policies.reply_variants import Variant, choose_variant, speaks


def wording(key: int | None, language: str, kind: str = "") -> Variant:
    return Variant(key=key, language=language, channel_kind=kind, text="")


SOURCE = wording(None, "en")
VARIANTS = [
    wording(1, "", "sms"),
    wording(2, "de"),
    wording(3, "de", "sms"),
    wording(4, "fr", "whatsapp"),
    wording(5, "pt-BR"),
    wording(6, "pt-PT"),
]


@pytest.mark.parametrize(
    ("language", "kind", "chosen"),
    [
        ("en", "email", None),
        ("en", "sms", 1),
        ("en-GB", "sms", 1),
        ("de", "sms", 3),
        ("de-AT", "email", 2),
        ("de_DE", "whatsapp", 2),
        ("fr", "whatsapp", 4),
        # French exists for another channel only: a text in the wrong form is not taken.
        ("fr", "sms", 1),
        ("fr", "email", None),
        ("pt-PT", "email", 6),
        ("pt-br", "email", 5),
        ("ja", "email", None),
        ("ja", "sms", 1),
        ("", "email", None),
        ("", "sms", 1),
    ],
)
def test_language_decides_before_the_channel(language: str, kind: str, chosen: int | None) -> None:
    assert choose_variant(SOURCE, VARIANTS, language=language, channel_kind=kind).key == chosen


def test_text_for_any_language_gives_way_to_one_in_the_customers_own() -> None:
    source = wording(None, "")
    assert choose_variant(source, [wording(1, "de")], language="de", channel_kind="email").key == 1
    assert choose_variant(source, [wording(1, "de")], language="fr", channel_kind="email").key is None


def test_unknown_language_refuses_no_text() -> None:
    assert all(speaks(*pair) for pair in (("de", ""), ("", "de"), ("de-AT", "de")))
    assert not speaks("de", "en")
