"""Whether an apology says what it is for. Pure.

“We are sorry for the inconvenience” names nothing, in any language: all its words are those of every apology. A text names the mistake
when it takes up a word by which the case is known (the customer's own, those of the cause or the analysis), or when enough is left of
it beside the stock phrases.
"""

import re
from collections.abc import Iterable
from functools import cache

from surveys.policies.recovery_texts import TEXTS
from tickets.policies.placeholders import placeholders_in

SHORTEST_WORD = 3
# Words of its own that an apology needs where it shares none with the case.
ENOUGH_WORDS = 3
# Scripts that put no spaces between words: letters of its own instead.
ENOUGH_LETTERS = 6

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_UNSPACED_STOCK = re.compile(
    "非常|十分|真的|我们|我們|您的|您|对此|對此|对于|對於|给|給|带来|帶來|造成|的|不便|深表|歉意|抱歉|对不起|對不起|道歉|致歉|请|請|原谅|原諒|谅解|諒解|感谢|感謝|"
    "ご不便|ご迷惑|おかけして|おかけし|をおかけ|申し訳|ございません|ありません|お詫び|申し上げます|いたします|大変|誠に|この度|このたび|は|を|に|すみません|ごめんなさい"
)

# Languages that we have no templates in.
_FURTHER_STOCK = (
    "ci scusiamo scuse scusi scusa scusate sinceramente sentite vivamente dispiace molto per il disagio arrecato causato inconveniente "
    "disagi problema grazie pazienza comprensione cordiali saluti buongiorno gentile "
    "pedimos desculpa desculpas desculpe sinceras lamentamos muito pelo pela incómodo incômodo transtorno transtornos causado "
    "obrigado obrigada compreensão paciência atenciosamente olá prezado caro "
    "onze excuses verontschuldigen verontschuldigingen spijt het ons oprecht zeer voor ongemak overlast veroorzaakte dank geduld begrip "
    "bedankt vriendelijke groet groeten beste hallo "
    "приносим приношу извинения свои искренние извините простите пожалуйста просим прощения за доставленные неудобства причинённые "
    "спасибо понимание терпение здравствуйте уважением очень жаль нам мне "
    "verdiğimiz rahatsızlıktan dolayı için özür dileriz dilerim üzgünüz çok anlayışınız teşekkür ederiz merhaba sayın saygılarımızla "
    "przepraszamy przepraszam bardzo niedogodności wszelkie spowodowane dziękujemy cierpliwość zrozumienie pozdrawiamy witam dzień dobry"
)


@cache
def _stock_words() -> frozenset[str]:
    """The words of our own apologies without what they name, and those of the usual phrases, in every language that we know."""
    words = _words(_FURTHER_STOCK)
    for texts in TEXTS.values():
        fixed = f"{texts.greeting} {texts.greeting_without_name} {texts.apology} {texts.goodbye}"
        for place in reversed(list(placeholders_in(fixed))):
            fixed = f"{fixed[: place.start]} {fixed[place.end :]}"
        words |= _words(fixed) | _words(texts.stock_phrases)
    return frozenset(words)


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.casefold()) if len(word) >= SHORTEST_WORD}


def names_mistake(text: str, *, known: Iterable[str] = (), names: Iterable[str] = ()) -> bool:
    """Whether an apology says what went wrong. ``known``: texts that the case is known by; ``names`` of people and firms say nothing."""
    stock = _stock_words() | {word for name in names for word in _words(name)}
    own = _words(text) - stock
    if own & {word for one in known for word in _words(one)}:
        return True
    if _UNSPACED.search(text):
        return len(_UNSPACED.findall(_UNSPACED_STOCK.sub("", text))) >= ENOUGH_LETTERS
    return len(own) >= ENOUGH_WORDS
