"""The words around a score, one module a language. Pure.

A table in code, like the texts we write ourselves: a reviewer sees what is understood, and no file has to be compiled.
"""

from collections.abc import Mapping

from surveys.policies.chat_words.arabic import ARABIC
from surveys.policies.chat_words.chinese import CHINESE
from surveys.policies.chat_words.dutch import DUTCH
from surveys.policies.chat_words.english import ENGLISH
from surveys.policies.chat_words.french import FRENCH
from surveys.policies.chat_words.german import GERMAN
from surveys.policies.chat_words.hindi import HINDI
from surveys.policies.chat_words.italian import ITALIAN
from surveys.policies.chat_words.japanese import JAPANESE
from surveys.policies.chat_words.polish import POLISH
from surveys.policies.chat_words.portuguese import PORTUGUESE
from surveys.policies.chat_words.russian import RUSSIAN
from surveys.policies.chat_words.spanish import SPANISH
from surveys.policies.chat_words.turkish import TURKISH
from surveys.policies.chat_words.words import ChatWords

WORDS: Mapping[str, ChatWords] = {
    "en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH, "it": ITALIAN, "pt": PORTUGUESE, "nl": DUTCH, "pl": POLISH,
    "tr": TURKISH, "ru": RUSSIAN, "ar": ARABIC, "zh": CHINESE, "ja": JAPANESE, "hi": HINDI,
}  # fmt: skip

__all__ = ["WORDS", "ChatWords"]
