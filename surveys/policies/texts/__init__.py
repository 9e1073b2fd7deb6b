"""Every sentence a customer reads in a survey mail or on its page, one complete set per language. Pure.

A table in code and not a gettext catalogue: the customer's language has nothing to do with the languages of the admin,
a set with a missing sentence does not start, and no compiled file has to be kept in step with its source.
"""

from surveys.policies.texts.arabic import ARABIC
from surveys.policies.texts.english import ENGLISH
from surveys.policies.texts.french import FRENCH
from surveys.policies.texts.german import GERMAN
from surveys.policies.texts.spanish import SPANISH
from surveys.policies.texts.wording import SurveyTexts

TEXTS: dict[str, SurveyTexts] = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH, ARABIC)}


def texts_for(*languages: str) -> SurveyTexts:
    """The texts of the first language that we speak ("de-AT" and "de_AT" are "de"); English when we speak none."""
    for language in languages:
        known = TEXTS.get(language.replace("_", "-").partition("-")[0].lower())
        if known is not None:
            return known
    return ENGLISH


__all__ = ["TEXTS", "SurveyTexts", "texts_for"]
