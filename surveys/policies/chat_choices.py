"""Answers to the further questions in a chat: the number, the word or the button of a choice, or free words. Pure."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from channels_app.adapters.base import Choice
from surveys.policies.chat_lexicon import Lexicon, lexicons_for
from surveys.policies.chat_thoughts import QUESTION, thoughts_of
from surveys.policies.chat_tokens import Token, fold, tokens_of

_SHAPE = re.compile(r"survey:([0-9a-f]{32}):q([0-9]{1,18})[.]([0-9]{1,2})", re.ASCII)
# More words than these around the name of a choice are a message, and no answer to "what was it about?".
MOST_WORDS = 12


@dataclass(frozen=True, kw_only=True)
class PressedChoice:
    """``place`` counts the question's choices from 0."""

    invitation: uuid.UUID
    question_id: int
    place: int


@dataclass(frozen=True, kw_only=True)
class FurtherAnswer:
    """``keys`` of the choices, or ``text``; ``has_words``: more was said than the answer itself. All empty: he would rather not say."""

    keys: tuple[str, ...] = ()
    text: str = ""
    has_words: bool = False

    @property
    def is_refusal(self) -> bool:
        return not self.keys and not self.text


def make_choice_payload(invitation: uuid.UUID, question_id: int, place: int) -> str:
    """The payload of a choice's button; at most 62 characters, which every provider takes."""
    return f"survey:{invitation.hex}:q{question_id}.{place}"


def read_choice_payload(payload: str) -> PressedChoice | None:
    """What a pressed button says; None for every payload that is not of this shape."""
    match = _SHAPE.fullmatch(payload)
    if match is None:
        return None
    return PressedChoice(invitation=uuid.UUID(match[1]), question_id=int(match[2]), place=int(match[3]))


def choice_buttons(invitation: uuid.UUID, question_id: int, labels: Sequence[str]) -> list[Choice]:
    """One button a choice, in their order."""
    payloads = (make_choice_payload(invitation, question_id, place) for place in range(len(labels)))
    return [Choice(payload=payload, title=label) for payload, label in zip(payloads, labels, strict=True)]


def numbered(labels: Sequence[str]) -> str:
    """The choices as lines of a text, to be answered by their numbers."""
    return "\n".join(f"{number} {label}" for number, label in enumerate(labels, start=1))


def read_choices(text: str, *, choices: Sequence[tuple[str, str]], language: str) -> FurtherAnswer | None:
    """What ``text`` chooses of ``choices`` (key, label); None where it does not fit, and is a message like any other.

    "2", "1 and 3", "1,3", a label or its key, several of them, with a few words around ("it was the speed"). A question is never an
    answer, nor are many words. "no" and "nothing" choose nothing.
    """
    lexicon = next(iter(lexicons_for(language)))
    tokens = tokens_of(text, lexicon=lexicon.joined)
    said = [token for token in tokens if token.kind != "break"]
    if not said or len(said) > MOST_WORDS or asks_something(tokens, lexicon):
        return None
    if _declines(said, lexicon):
        return FurtherAnswer()
    numbers = _numbers(said, lexicon)
    is_and = lexicon.praise | lexicon.counting
    if numbers and all(
        token.kind == "number" or token.text in lexicon.numbers or token.text in is_and for token in said
    ):
        if not all(1 <= number <= len(choices) for number in numbers):
            return None
        has_words = any(
            token.text in lexicon.praise - {"and", "und", "et", "y", "e", "en", "i", "ve"} for token in said
        )
        return FurtherAnswer(
            keys=_in_order(choices, {choices[number - 1][0] for number in numbers}), has_words=has_words
        )
    flat = f" {' '.join(fold(text).replace(',', ' ').split())} "
    # "Das Produkt" is named by "Produkt" as well.
    found = {key for key, label in choices if any(_names(flat, fold(name)) for name in (label, key, label.split()[-1]))}
    if not found:
        return None
    names = sum(len(label.split()) for key, label in choices if key in found)
    return FurtherAnswer(keys=_in_order(choices, found), has_words=len(said) > names)


def read_free_answer(text: str, *, language: str) -> FurtherAnswer | None:
    """The words that answer an open question; None for a question or a request, which somebody has to answer."""
    lexicon = next(iter(lexicons_for(language)))
    tokens = tokens_of(text, lexicon=lexicon.joined)
    said = [token for token in tokens if token.kind != "break"]
    if not said or asks_something(tokens, lexicon):
        return None
    return FurtherAnswer() if _declines(said, lexicon) else FurtherAnswer(text=text.strip(), has_words=True)


def asks_something(tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether this is a question: it has a question mark, or a thought begins with a question word."""
    if any(token.kind == "break" and token.text in QUESTION for token in tokens):
        return True
    return any(
        next((token.text for token in thought.tokens if token.text not in lexicon.but), "") in lexicon.opens
        for thought in thoughts_of(tokens, lexicon)
    )


def _declines(said: Sequence[Token], lexicon: Lexicon) -> bool:
    return len(said) <= 3 and said[0].text in lexicon.denials and all(_is_polite(token, lexicon) for token in said)


def _is_polite(token: Token, lexicon: Lexicon) -> bool:
    return token.text in lexicon.denials or token.text in lexicon.praise


def _numbers(said: Sequence[Token], lexicon: Lexicon) -> list[int]:
    """The numbers in it; "1,3" is written as one."""
    found = []
    for token in said:
        if token.kind == "number":
            found += [int(part) for part in re.split(r"[.,:/'–-]", token.text)[:10]]
        elif token.text in lexicon.numbers:
            found.append(lexicon.numbers[token.text])
    return found


def _names(flat: str, name: str) -> bool:
    name = name.strip()
    has_spaces = name.isascii() or " " in flat.strip()
    return bool(name) and (
        f" {name} " in f"{flat} ".replace(".", " ").replace("!", " ") if has_spaces else name in flat
    )


def _in_order(choices: Sequence[tuple[str, str]], chosen: set[str]) -> tuple[str, ...]:
    return tuple(key for key, _label in choices if key in chosen)
