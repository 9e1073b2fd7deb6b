"""What a bot says when nobody has written something else for it, one complete set per language. Pure."""

from tickets.policies.bot_texts.arabic import ARABIC
from tickets.policies.bot_texts.english import ENGLISH
from tickets.policies.bot_texts.french import FRENCH
from tickets.policies.bot_texts.german import GERMAN
from tickets.policies.bot_texts.spanish import SPANISH
from tickets.policies.bot_texts.wording import BotTexts
from tickets.policies.texts import base_of

BOT_TEXTS: dict[str, BotTexts] = {texts.language: texts for texts in (ENGLISH, GERMAN, FRENCH, SPANISH, ARABIC)}


def bot_texts_for(*languages: str) -> BotTexts:
    """The texts of the first language that the bot speaks; English when it speaks none."""
    return next((BOT_TEXTS[base_of(code)] for code in languages if base_of(code) in BOT_TEXTS), ENGLISH)


__all__ = ["BOT_TEXTS", "BotTexts", "bot_texts_for"]
