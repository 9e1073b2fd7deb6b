"""What a colleague must know who takes a case over: read from the words that were said. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_PART = 2000
SHOWN_CHARACTERS = 300
MOST_PROMISES = 5
# After a mark, but not after the point of a number, unless it ends a date: "on 3. April" is one sentence.
_BETWEEN = re.compile(r"(?<=[!?。！？؟])\s*|(?<=\D\.)\s+|(?<=\d{4}\.)\s+|(?<=-\d\d\.)\s+|\n+")
_QUESTION = ("?", "？", "؟")
_MONTHS = (
    "jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|janv|févr|avr|juin|juil|août|déc"
)
_WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
)
_NEAR = "tomorrow|today|tonight|next week|this week|morgen|heute|nächste woche|demain|aujourd'hui|mañana|hoy"
_WHEN = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|\d{1,2}/\d{1,2}(?:/\d{2,4})?|"
    rf"\d{{1,2}}\.?\s(?:{_MONTHS})\w*|(?:{_MONTHS})\w*\s\d{{1,2}}\b|(?:{_WEEKDAYS}|{_NEAR})\b|"
    r"(?:within|in|binnen)\s\d{1,3}\s\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """What the customer asked, what was done, what was promised him, what is still missing. Plain text."""

    asked: str = ""
    done: str = ""
    promised: str = ""
    missing: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.asked or self.done or self.promised or self.missing)


def last_question(text: str) -> str:
    """The last question in what the customer wrote; where he asked none, how his message begins."""
    questions = [sentence for sentence in _sentences(text) if sentence.endswith(_QUESTION)]
    return _short(questions[-1] if questions else text)


def promises(texts: Iterable[str]) -> list[str]:
    """The sentences of our answers that name a day, in their order; no promise is read out of a question."""
    found: list[str] = []
    for text in texts:
        found += [
            _short(sentence)
            for sentence in _sentences(text)
            if _WHEN.search(sentence) and not sentence.endswith(_QUESTION)
        ]
    return found[-MOST_PROMISES:]


def _sentences(text: str) -> list[str]:
    return [found for found in (part.strip() for part in _BETWEEN.split(text[:20_000])) if found]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1].rstrip() + "…"
