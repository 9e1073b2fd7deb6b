"""The words of a language, put together for reading: with the English ones, which people use everywhere. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from surveys.policies.chat_words import WORDS, ChatWords
from surveys.policies.chat_words.words import words

_STARS = words(
    "star stars stern sterne sternen étoile étoiles estrella estrellas stella stelle estrela estrelas ster sterren gwiazdka gwiazdki "
    "gwiazdek yıldız звезда звезды звезд نجمة نجوم 星 颗星 顆星 つ星 स्टार सितारे"
)
_DENIALS = words(
    "no nope none nothing nein nichts nee niets non rien nada ninguno niente não nie nic hayır hiçbiri нет ничего لا "
    "不 没有 沒有 いいえ 特に नहीं skip"
)


@dataclass(frozen=True)
class Lexicon:
    """See ``ChatWords`` for the sets. ``counting``: says nothing more than a score; ``neutral``: may stand beside one in a thought;
    ``courteous``: may stand beside a thumb; ``joined``: all words, to cut texts without spaces.
    """

    numbers: Mapping[str, int]
    weak: frozenset[str]
    of: frozenset[str]
    over: frozenset[str]
    to: frozenset[str]
    points: frozenset[str]
    praise: frozenset[str]
    but: frozenset[str]
    no: frozenset[str]
    no_after: frozenset[str]
    meant: frozenset[str]
    doubtful: frozenset[str]
    opens: frozenset[str]
    asks: frozenset[str]
    up: frozenset[str]
    down: frozenset[str]
    counting: frozenset[str]
    neutral: frozenset[str]
    courteous: frozenset[str]
    joined: frozenset[str]
    stars: frozenset[str] = _STARS
    denials: frozenset[str] = _DENIALS

    @property
    def down_adjectives(self) -> frozenset[str]:
        """What is bad by itself ("bad"), not a mere no."""
        return self.down - self.no - _DENIALS


def lexicons_for(language: str) -> Iterator[Lexicon]:
    """The customer's own language first, then English, then all others without the words that mean something else in his."""
    own = language.replace("_", "-").partition("-")[0].lower()
    own = own if own in WORDS else ""
    for code in dict.fromkeys([*filter(None, (own, "en")), *WORDS]):
        yield _lexicon(code, own)


@lru_cache(maxsize=256)
def _lexicon(code: str, own: str) -> Lexicon:
    is_own = code == own
    sources = [WORDS[code], WORDS["en"]] if code != "en" else [WORDS["en"]]
    ambiguous = frozenset() if is_own else WORDS[code].own

    def of(name: str) -> frozenset[str]:
        return frozenset().union(*(getattr(source, name) for source in sources))

    numbers = {
        word: number for source in reversed(sources) for word, number in source.numbers.items() if word not in ambiguous
    }
    weak = _weak(sources[0], is_own=is_own)
    for word in weak | of("weak"):
        numbers.pop(word, None)
    against = of("against") | (WORDS[own].against if own else frozenset())
    talk, praise, points = of("talk") - against, of("praise"), of("points") - against
    counting = talk | points | of("of") | of("over") | (of("weak") - against) | {"/"}
    neutral = counting | praise | of("but") | of("no") | of("no_after") | of("meant")
    everything = neutral | of("asks") | of("opens") | of("up") | of("down") | of("to") | frozenset(numbers)
    return Lexicon(
        numbers=numbers,
        weak=weak,
        of=of("of") | {"/"},
        over=of("over"),
        to=of("to"),
        points=points,
        praise=praise,
        but=of("but"),
        no=of("no"),
        no_after=of("no_after"),
        meant=of("meant"),
        doubtful=sources[0].doubtful,
        opens=of("opens"),
        asks=of("asks"),
        up=of("up"),
        down=of("down"),
        counting=counting,
        neutral=neutral - of("asks") - against,
        courteous=neutral | of("up") | of("down"),
        joined=frozenset(word for word in everything if any("\u3040" <= character <= "\u9fff" for character in word)),
    )


def _weak(source: ChatWords, *, is_own: bool) -> frozenset[str]:
    """Articles count as one only for those who speak the language."""
    return source.weak if is_own else frozenset()
