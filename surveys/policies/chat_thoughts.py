"""Taking a chat message apart into thoughts: what stands between two breaks, of which each is a vote or is none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.policies.chat_lexicon import Lexicon
from surveys.policies.chat_tokens import Token

# Behind these a new thought begins for certain; a comma or a quotation mark may as well stand inside one.
QUESTION = frozenset("?？؟")
STRONG = frozenset(".!?…\n。！？؟;؛।")


@dataclass(frozen=True)
class Thought:
    """Words between two breaks; ``before`` and ``behind`` are what parts it from its neighbours, "" at the ends."""

    tokens: Sequence[Token]
    before: str
    behind: str


def thoughts_of(tokens: Sequence[Token], lexicon: Lexicon) -> list[Thought]:
    """Apart at signs, at words such as "but", and behind words that turn down the number before them."""
    found: list[Thought] = []
    kept: list[Token] = []
    before = ""
    for place, token in enumerate(tokens):
        is_break = token.kind == "break"
        opens = token.text in lexicon.but and bool(kept)
        praises = _is_praise_behind_number(tokens, place, kept, lexicon)
        if is_break or opens or praises:
            sign = token.text if is_break else "but" if opens else ""
            if kept:
                found.append(Thought(kept, before, sign or "praise"))
                before, kept = "", []
            before = sign if not before or sign in STRONG else before
        if not is_break:
            kept.append(token)
        if token.text in lexicon.no_after and any(one.kind == "number" or one.text in lexicon.numbers for one in kept):
            found.append(Thought(kept, before, "but"))
            before, kept = "but", []
    return [*found, Thought(kept, before, "")] if kept else found


def _is_praise_behind_number(tokens: Sequence[Token], place: int, kept: Sequence[Token], lexicon: Lexicon) -> bool:
    """ "10 great communication throughout": an opinion right behind a number that opens the message is a thought of its own."""
    if not kept or len(kept) != place or tokens[place].text not in lexicon.praise:
        return False
    if not is_number(kept[0], lexicon) or kept[0].text in lexicon.doubtful:
        return False
    rest = [token.text for token in tokens[place:]]
    return all(is_number(token, lexicon) or token.text in lexicon.counting for token in kept) and not (
        lexicon.asks & set(rest[:8])
    )


def is_number(token: Token, lexicon: Lexicon) -> bool:
    return token.kind == "number" or token.text in lexicon.numbers
