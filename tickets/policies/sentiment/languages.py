"""The languages whose words are weighed. A new one: write its module, add one line here (docs/sentiment.md)."""

from tickets.policies.sentiment import english, french, spanish
from tickets.policies.sentiment.lexicon import Lexicon

LEXICONS: dict[str, Lexicon] = {one.language: one for one in (english.LEXICON, spanish.LEXICON, french.LEXICON)}
