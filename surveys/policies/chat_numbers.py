"""The scores in one thought: "9", "nine out of ten", "10 üzerinden 9", "4 stars". Pure; see ``chat_votes`` for the rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.policies.chat_lexicon import Lexicon
from surveys.policies.chat_tokens import STAR, Token
from surveys.policies.scales import Scale


@dataclass(frozen=True)
class Number:
    """A score somewhere in a thought. ``tokens``: what it is made of."""

    value: int
    tokens: Sequence[Token]
    is_turned_down: bool = False


def numbers_in(tokens: Sequence[Token], scale: Scale, lexicon: Lexicon) -> tuple[list[Token] | None, list[Number]]:
    """(what else is there, the scores); None and nothing where a number is there that is no score."""
    rest: list[Token] = []
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        taken, value = _expression(tokens[at:], scale, lexicon)
        if value is not None:
            found.append(Number(value, tokens[at : at + taken]))
        elif taken:
            return None, []
        else:
            rest.append(tokens[at])
        at += max(taken, 1)
    if not found:
        weak = [token for token in rest if token.text in lexicon.weak]
        if len(weak) == 1 and scale.lowest <= 1:
            found, rest = [Number(1, weak)], [token for token in rest if token is not weak[0]]
    return rest, found


def _expression(tokens: Sequence[Token], scale: Scale, lexicon: Lexicon) -> tuple[int, int | None]:
    """(how many tokens the number at the front takes, its score); a score of None: a number that is none. (0, None): no number."""
    first = _plain(tokens[0], lexicon)
    if first is None:
        return _written_out(tokens[0], scale)
    behind = [token.text for token in tokens[1:5]]
    for joint, is_reversed in ((lexicon.of, False), (lexicon.over, True)):
        length = next((n for n, text in enumerate(behind) if text not in joint), len(behind))
        other = _plain(tokens[length + 1], lexicon) if 0 < length < len(tokens) - 1 else None
        if other is not None:
            score, best = (other, first) if is_reversed else (first, other)
            return length + 2, on_scale(scale, score, is_told=True) if best == scale.highest else None
    if behind[:1] and behind[0] in lexicon.to and len(tokens) > 2 and (last := _plain(tokens[2], lexicon)) is not None:
        # "from 1 to 10" only says what the scale is: the score stands elsewhere.
        is_scale = (first, last) == (scale.lowest, scale.highest) and len(tokens) > 3
        return (3, None) if not is_scale else _after_scale(tokens, scale, lexicon)
    counted = next((n for n, text in enumerate(behind) if text not in lexicon.points and text != STAR), len(behind))
    stars = any(text in lexicon.stars or text == STAR for text in behind[:counted])
    return 1 + counted, on_scale(scale, first * 2 if stars and first <= 5 and scale.highest == 10 else first)


def _after_scale(tokens: Sequence[Token], scale: Scale, lexicon: Lexicon) -> tuple[int, int | None]:
    for skipped in range(3, len(tokens)):
        taken, value = _expression(tokens[skipped:], scale, lexicon)
        if taken:
            return skipped + taken, value
        if tokens[skipped].text not in lexicon.neutral:
            break
    return 3, None


def _plain(token: Token, lexicon: Lexicon) -> int | None:
    """The whole number that a token is, in digits or as a word."""
    if token.kind == "number":
        match = re.fullmatch(r"([0-9]{1,3})(?:[.,]0)?", token.text)
        return int(match[1]) if match else None
    return lexicon.numbers.get(token.text) if token.kind == "word" else None


def _written_out(token: Token, scale: Scale) -> tuple[int, int | None]:
    """ "9/10" in one piece; every other compound ("8.5", "8-9", "9:30", "9/11") is no score."""
    if token.kind != "number":
        return 0, None
    match = re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})", token.text)
    if match is None or int(match[2]) != scale.highest:
        return 1, None
    return 1, on_scale(scale, int(match[1]), is_told=True)


def on_scale(scale: Scale, score: int, *, is_told: bool = False) -> int | None:
    """The score on the scale. ``is_told``: the scale was named with it, so that more than the best one is meant as praise."""
    if score == 0 and scale.lowest == 1:
        return scale.lowest
    if score > scale.highest:
        return scale.highest if is_told and score <= scale.highest + 10 else None
    return score if score >= scale.lowest else None
