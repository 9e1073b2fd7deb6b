"""Every sentence with which a customer is won back, one complete set per language, and whether an apology names its mistake. Pure.

A table in code and not a gettext catalogue: the customer's language has nothing to do with the languages of the admin, and a set with a
missing sentence does not start.
"""

from functools import cache

from surveys.policies.recovery_texts.arabic import ARABIC
from surveys.policies.recovery_texts.english import ENGLISH
from surveys.policies.recovery_texts.french import FRENCH
from surveys.policies.recovery_texts.german import GERMAN
from surveys.policies.recovery_texts.spanish import SPANISH
from surveys.policies.recovery_texts.wording import RecoveryTexts

TEXTS: dict[str, RecoveryTexts] = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH, ARABIC)}


def base_of(language: str) -> str:
    """ "de" of "de-AT" and "de_AT"."""
    return language.replace("_", "-").partition("-")[0].lower()


def texts_for(*languages: str) -> RecoveryTexts:
    """The texts of the first language that we speak; English when we speak none."""
    for language in languages:
        known = TEXTS.get(base_of(language))
        if known is not None:
            return known
    return ENGLISH


# How a text is signed: by name and firm, by the firm alone, or not at all, because the channel puts a signature below.
BY_NAME, BY_FIRM, NOT_SIGNED = "{{agent.name}}\n{{brand.name|}}", "{{brand.name|}}", ""


@cache
def whole_text(language: str, kind: str, *, has_name: bool, signature: str = BY_NAME) -> str:
    """Our template of a kind in one of our languages, with greeting and goodbye."""
    texts = TEXTS[language]
    greeting = texts.greeting if has_name else texts.greeting_without_name
    return f"{greeting}\n\n{texts.body(kind)}\n\n{texts.goodbye}\n{signature}".rstrip()


__all__ = ["BY_FIRM", "BY_NAME", "NOT_SIGNED", "TEXTS", "RecoveryTexts", "base_of", "texts_for", "whole_text"]
