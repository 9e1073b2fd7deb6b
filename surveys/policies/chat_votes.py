"""Reading a chat answer to a question on a scale: a vote, a vote with words, a vote and a new request, or no vote at all. Pure.

The rules, in the order in which they matter; ``chat_words`` has what is known of each language:

* A number counts only when everything else in its thought is known to belong to a vote ("I'd give you a solid 9"). "I waited 9 days",
  "my order 9 is missing", "call me at 9" and "9 bottles were broken" are messages. A false vote is worse than a missed one: what is not
  understood stays a message that an agent reads.
* "9/10", "9 out of 10", "10 üzerinden 9" count where the best score is the scale's own. Half scores ("8.5"), ranges ("8-9", "8 or 9"),
  "9?", times, dates, amounts and numbers off the scale are no votes. 0 where the scale begins at 1, and more than the best score out of it
  ("11 out of 10"), say plainly what is meant and count as the worst and the best one; the words are kept.
* "not 10 but 3" is 3; "9, sorry, I meant 8" is 8; two different numbers otherwise are no vote.
* 👍 and 💯 are the best score of a scale of numbers, 👎 is the worst. Stars are counted; up to five of them on a scale to ten are read as
  stars out of five and doubled, for that is what everybody means by them. A number beside them is what counts.
* On the scale of two thumbs 👍, +1 and 1 are the good one, 👎, -1 and 0 the bad one, and so are short words ("yes", "nein, schlecht").
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.policies.chat_lexicon import Lexicon, lexicons_for
from surveys.policies.chat_numbers import Number, numbers_in, on_scale
from surveys.policies.chat_payloads import read_payload
from surveys.policies.chat_thoughts import QUESTION, STRONG, Thought, is_number, thoughts_of
from surveys.policies.chat_tokens import HUNDRED, LONGEST, STAR, THUMB_DOWN, THUMB_UP, Token, tokens_of
from surveys.policies.scales import THUMBS, Scale

_NEGATIVE, _POSITIVE = -1, 1
_TRIMMED = " \t\r\n,.;:!-–—…。！，、؛،।"
_LONG_NUMBER = 4


@dataclass(frozen=True, kw_only=True)
class ChatAnswer:
    """``score`` lies on the scale, None for no vote. ``words``: what was said beside it, to be kept; ``is_message``: somebody must answer.

    (9, "", False) the vote alone; (9, "thanks", False) with words; (9, "but where is my refund?", True) and a new request;
    (None, text, True) a message like any other.
    """

    score: int | None
    words: str
    is_message: bool


def read_chat_answer(text: str, *, scale: Scale, language: str, payload: str = "") -> ChatAnswer:
    """What ``text`` answers to a question on ``scale``, asked of somebody who speaks ``language`` ("de", "pt-BR", "" for unknown).

    A pressed button (``payload``) says it for certain; whose question it belongs to is the caller's business. The customer's language is
    tried first, then English, then the others: people answer in whatever language they like.
    """
    pressed = read_payload(payload) if payload else None
    if pressed is not None:
        return ChatAnswer(score=pressed.score if pressed.score in scale.scores else None, words="", is_message=False)
    text = unicodedata.normalize("NFC", text).strip()
    cut: dict[frozenset[str], list[Token]] = {}
    for lexicon in lexicons_for(language) if text else ():
        if lexicon.joined not in cut:
            cut[lexicon.joined] = tokens_of(text, lexicon=lexicon.joined)
        tokens = cut[lexicon.joined]
        if not _may_vote(tokens, scale, lexicon):
            continue
        found = _thumbs(tokens, text, lexicon) if scale.key == THUMBS else _score(tokens, scale, lexicon)
        if found is not None:
            words = _words(text, tokens, found, lexicon)
            # What was not read may ask for anything.
            is_asking = len(text) > LONGEST or _asks(tokens, found, lexicon)
            return ChatAnswer(score=found.value, words=words, is_message=bool(words) and is_asking)
    return ChatAnswer(score=None, words=text, is_message=True)


def _may_vote(tokens: Sequence[Token], scale: Scale, lexicon: Lexicon) -> bool:
    """Whether anything is there that could be a score; hardly any message has it."""
    return scale.key == THUMBS or any(
        token.kind in ("number", "sign") or token.text in lexicon.numbers or token.text in lexicon.weak
        for token in tokens
    )


# A scale of numbers ----------------------------------------------------------------------------------------------------


def _score(tokens: Sequence[Token], scale: Scale, lexicon: Lexicon) -> Number | None:
    thoughts = thoughts_of(tokens, lexicon)
    found = [number for place in range(len(thoughts)) if (number := _vote_in(thoughts, place, scale, lexicon))]
    said = [number for number in found if not number.is_turned_down]
    if not found:
        return _signs(thoughts, scale, lexicon)
    if len({number.value for number in said}) == 1:
        return said[0]
    is_corrected = any(token.text in lexicon.meant for token in tokens)
    return said[-1] if said and is_corrected else None


def _vote_in(thoughts: Sequence[Thought], place: int, scale: Scale, lexicon: Lexicon) -> Number | None:
    thought = thoughts[place]
    if thought.behind in QUESTION or not _stands_apart(thoughts, place, lexicon):
        return None
    rest, numbers = numbers_in(thought.tokens, scale, lexicon)
    if rest is None or len({number.value for number in numbers}) != 1:
        return None
    is_doubtful = any(token.text in lexicon.doubtful for token in numbers[0].tokens)
    allowed = lexicon.counting if is_doubtful else lexicon.neutral
    if not all(token.kind in ("emoji", "sign") or token.text in allowed for token in rest):
        return None
    start = numbers[0].tokens[0].start
    # "7, no, 8": a no behind another number takes that one back.
    turning = lexicon.no - lexicon.meant if place else lexicon.no
    turned_down = any(token.text in turning and token.start < start for token in rest)
    turned_down = turned_down or any(token.text in lexicon.no_after and token.start > start for token in rest)
    return Number(numbers[0].value, numbers[0].tokens, turned_down)


def _stands_apart(thoughts: Sequence[Thought], place: int, lexicon: Lexicon) -> bool:
    """Whether the neighbours leave a number alone: none goes on counting, and what comes before it is over or speaks of the score."""
    left = thoughts[place - 1] if place else None
    right = thoughts[place + 1] if place + 1 < len(thoughts) else None
    if right is not None and thoughts[place].behind == "," and is_number(right.tokens[0], lexicon):
        return False
    if left is None or thoughts[place].before in STRONG or thoughts[place].before == "but":
        return True
    return all(token.kind in ("emoji", "sign") or _is_neutral(token, lexicon) for token in left.tokens)


def _is_neutral(token: Token, lexicon: Lexicon) -> bool:
    return token.text in lexicon.neutral or token.text in lexicon.numbers or token.kind == "number"


def _signs(thoughts: Sequence[Thought], scale: Scale, lexicon: Lexicon) -> Number | None:
    """Thumbs, stars and the hundred points, where all that is said besides is courtesy."""
    tokens = [token for thought in thoughts for token in thought.tokens]
    signs = [token for token in tokens if token.kind == "sign"]
    others = [token for token in tokens if token.kind == "word"]
    if not signs or any(token.text not in lexicon.neutral for token in others) or len(others) > 8:
        return None
    kinds = {token.text for token in signs}
    if kinds == {STAR}:
        stars = len(signs) * 2 if scale.highest == 10 and len(signs) <= 5 else len(signs)
        value = on_scale(scale, stars)
        return None if value is None else Number(value, signs)
    if kinds <= {THUMB_UP, HUNDRED}:
        return Number(scale.highest, signs)
    return Number(scale.lowest, signs) if kinds == {THUMB_DOWN} else None


# Two thumbs ------------------------------------------------------------------------------------------------------------


def _thumbs(tokens: Sequence[Token], text: str, lexicon: Lexicon) -> Number | None:
    said = [token for token in tokens if token.kind != "break"]
    if re.fullmatch(r"[+]1|[-−]1", text):
        return Number(int(text.startswith("+")), said)
    if any(token.kind == "number" and token.text not in ("0", "1") for token in said):
        return None
    thoughts = thoughts_of(tokens, lexicon)
    if not thoughts or any(thought.behind in QUESTION for thought in thoughts[:1]):
        return None
    signs = {token.text for token in said if token.kind == "sign"} & {THUMB_UP, THUMB_DOWN}
    if signs:
        found = [token for token in said if token.text in signs]
        is_clear = len(signs) == 1 and all(token.text in lexicon.courteous for token in said if token.kind == "word")
        return Number(int(THUMB_UP in signs), found) if is_clear else None
    first = thoughts[0].tokens
    if any(token.text not in lexicon.courteous and token.kind == "word" for token in first):
        return None
    opinions = [_opinion(token, lexicon) for token in first]
    if any(opinions) and _NEGATIVE not in opinions:
        return Number(1, [token for token in first if _opinion(token, lexicon)])
    # "not good" and "no, bad" are as clear as "no"; "not bad" is neither.
    is_down = _NEGATIVE in opinions and not any(
        token.text in lexicon.no and lexicon.down_adjectives & {other.text for other in first} for token in first
    )
    return Number(0, [token for token in first if _opinion(token, lexicon)]) if is_down else None


def _opinion(token: Token, lexicon: Lexicon) -> int:
    if token.text in lexicon.down or token.text in lexicon.no or token.text == "0":
        return _NEGATIVE
    return _POSITIVE if token.text in lexicon.up or token.text == "1" else 0


# What is said beside the vote --------------------------------------------------------------------------------------------


def _words(text: str, tokens: Sequence[Token], found: Number, lexicon: Lexicon) -> str:
    """What is more than a score: without the number where it opens the text or stands at its end by itself; "" when nothing is."""
    own = {token.start for token in found.tokens}
    others = [token for token in tokens if token.kind != "break" and token.start not in own]
    counting = lexicon.counting | lexicon.to if any(token.kind == "number" for token in others) else lexicon.counting
    if all(token.kind == "number" or (token.kind == "word" and token.text in counting) for token in others):
        return ""
    start, end = min(own), max(token.end for token in found.tokens)
    if not text[:start].strip(_TRIMMED):
        kept = text[end:].lstrip(_TRIMMED + "/+")
    else:
        is_apart = text[:start].rstrip(" ")[-1:] in tuple(".!?…\n。！？،,") and not text[end:].strip(_TRIMMED)
        kept = text[:start].rstrip() if is_apart else text
    return kept.strip() or text


def _asks(tokens: Sequence[Token], found: Number, lexicon: Lexicon) -> bool:
    """Whether somebody must answer: a question, a request or complaint, or a number as long as those of orders."""
    if any(token.kind == "break" and token.text in QUESTION for token in tokens):
        return True
    if any(token.text in lexicon.asks for token in tokens if token.kind == "word"):
        return True
    if any(sum(map(str.isdigit, token.text)) >= _LONG_NUMBER for token in tokens if token not in found.tokens):
        return True
    starts = [thought.tokens for thought in thoughts_of(tokens, lexicon)]
    return any(
        next((token.text for token in thought if token.text not in lexicon.but), "") in lexicon.opens
        for thought in starts
    )
