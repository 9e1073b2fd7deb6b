"""Whether an apology says what it is for. Pure.

“We are sorry for the inconvenience” names nothing, in any language: all its words are those of every apology. A text names the mistake
when it takes up a word by which the case is known (the customer's own, those of the cause or the analysis), or when enough is left of
it beside the stock phrases. More is needed of its own where it takes up nothing of what is known.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import takewhile

from surveys.policies.recovery_texts import TEXTS
from tickets.policies.placeholders import placeholders_in

SHORTEST_WORD = 3
# Words of its own that an apology needs: where nothing is known of the case, and where it shares none with what is known.
ENOUGH_WORDS = 3
ENOUGH_UNRELATED_WORDS = 4
# Two words are related (“delay”, “delayed”) when they begin alike for this long, and for this share of the shorter one.
ALIKE_LETTERS, ALIKE_SHARE = 4, 0.75
# Scripts that put no spaces between words: letters of its own instead.
ENOUGH_LETTERS = 6

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_UNSPACED_STOCK = re.compile(
    "非常|十分|真的|我们|我們|您的|您|对此|對此|对于|對於|给|給|带来|帶來|造成|的|不便|深表|歉意|抱歉|对不起|對不起|道歉|致歉|请|請|原谅|原諒|谅解|諒解|感谢|感謝|"
    "ご不便|ご迷惑|おかけして|おかけし|をおかけ|申し訳|ございません|ありません|お詫び|申し上げます|いたします|大変|誠に|この度|このたび|は|を|に|すみません|ごめんなさい"
)

# What sounds like an event and is none: it would fit any apology.
_VAGUE = (
    "wholeheartedly wholehearted heartfelt profoundly extremely terribly awfully genuinely really regarding concerning about everything "
    "anything something whatever happened happen happens happening occurred occur occurring took place arose arisen yesterday today "
    "recently lately incident incidents event events occurrence circumstance circumstances regrettable regrettably affected "
    "disappointment disappointing frustration unpleasant went wrong how much our part side "
    "alles etwas passiert passierte geschehen geschah geschehene geschehenen vorgefallen vorgefallene vorfälle ereignis ereignisse gestern "
    "heute neulich kürzlich bedauerlicherweise bedauerlich zutiefst herzlich hinsichtlich bezüglich bezug auf was schief gelaufen "
    "passé passée arrivé survenu survenue produit produite hier aujourd'hui récemment concernant sujet profondément regrettable "
    "événement événements toute tous est sont "
    "todo ocurrido ocurrió sucedido sucedió pasado pasó ayer hoy recientemente respecto acerca sobre profundamente sinceramente "
    "lamentablemente desafortunadamente acontecido suceso sucesos incidentes "
    "كل ما حدث حصل جرى أمس اليوم مؤخرا مؤخرًا بخصوص بشأن حول بصدق الأمر الحادث"
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
    words = _words(_FURTHER_STOCK) | _words(_VAGUE)
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
    theirs = {word for one in known for word in _words(one)} - stock
    if own & theirs or _has_related(own, theirs):
        return True
    if _UNSPACED.search(text):
        return len(_UNSPACED.findall(_UNSPACED_STOCK.sub("", text))) >= ENOUGH_LETTERS
    return len(own) >= (ENOUGH_UNRELATED_WORDS if theirs else ENOUGH_WORDS)


def _has_related(words: set[str], others: set[str]) -> bool:
    """Whether two of the words are forms of one."""
    beginnings: dict[str, list[str]] = {}
    for other in others:
        beginnings.setdefault(other[:ALIKE_LETTERS], []).append(other)
    return any(_are_forms(word, other) for word in words for other in beginnings.get(word[:ALIKE_LETTERS], ()))


def _are_forms(word: str, other: str) -> bool:
    alike = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return alike >= max(ALIKE_LETTERS, ALIKE_SHARE * min(len(word), len(other)))
