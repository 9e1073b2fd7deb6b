"""Every sentence a caller hears, one complete set per language. Pure.

A table in code and not a gettext catalogue: the caller's language has nothing to do with the languages of the admin, and a set with
a missing sentence does not start. A channel's settings may replace the greeting and the goodbye.
"""

from tickets.policies.call_texts.english import ENGLISH
from tickets.policies.call_texts.french import FRENCH
from tickets.policies.call_texts.german import GERMAN
from tickets.policies.call_texts.spanish import SPANISH
from tickets.policies.call_texts.wording import CallTexts

TEXTS: dict[str, CallTexts] = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH)}


def texts_for(*languages: str) -> CallTexts:
    """The texts of the first language that we speak ("de-AT" and "de_AT" are "de"); English when we speak none."""
    for language in languages:
        known = TEXTS.get(language.replace("_", "-").partition("-")[0].lower())
        if known is not None:
            return known
    return ENGLISH


__all__ = ["TEXTS", "CallTexts", "texts_for"]
