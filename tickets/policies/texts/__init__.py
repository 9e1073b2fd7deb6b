"""Every sentence of a case that a customer reads without an agent having typed it, one complete set per language. Pure.

A table in code and not a gettext catalogue: the customer's language has nothing to do with the languages of the admin, and a set
with a missing sentence does not start.
"""

from tickets.policies.texts.arabic import ARABIC
from tickets.policies.texts.english import ENGLISH
from tickets.policies.texts.french import FRENCH
from tickets.policies.texts.german import GERMAN
from tickets.policies.texts.spanish import SPANISH
from tickets.policies.texts.wording import CaseTexts

TEXTS: dict[str, CaseTexts] = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH, ARABIC)}


def texts_for(*languages: str) -> CaseTexts:
    """The texts of the first language that we speak ("de-AT" and "de_AT" are "de"); English when we speak none."""
    for language in languages:
        known = TEXTS.get(base_of(language))
        if known is not None:
            return known
    return ENGLISH


def base_of(language: str) -> str:
    """ "de" of "de-AT" and "de_AT"."""
    return language.replace("_", "-").partition("-")[0].lower()


__all__ = ["TEXTS", "CaseTexts", "base_of", "texts_for"]
