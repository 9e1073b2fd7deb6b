"""What changed between two texts, word by word within changed paragraphs. Pure, and bounded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "added", "removed"]
_PARTS = re.compile(r"\s+|\w+|[^\w\s]")
# Above that a paragraph is shown as taken out and put in whole: comparing word by word would cost its square.
MOST_PARTS = 2_000
MOST_LINES = 2_000


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of letters that stayed, came or went."""

    change: Change
    text: str


def difference(before: str, after: str) -> list[list[Piece]]:
    """The lines of both texts in order, each as pieces; long stretches that stayed are there, too."""
    old, new = before.split("\n")[:MOST_LINES], after.split("\n")[:MOST_LINES]
    found: list[list[Piece]] = []
    for operation, start, end, other_start, other_end in _steps(old, new):
        gone, come = old[start:end], new[other_start:other_end]
        if operation == "equal":
            found += [[Piece(change="same", text=line)] for line in gone]
        elif operation == "replace" and len(gone) == len(come):
            found += [_within(one, other) for one, other in zip(gone, come, strict=True)]
        else:
            found += [[Piece(change="removed", text=line)] for line in gone]
            found += [[Piece(change="added", text=line)] for line in come]
    return found


def _within(before: str, after: str) -> list[Piece]:
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if len(old) > MOST_PARTS or len(new) > MOST_PARTS:
        return [Piece(change="removed", text=before), Piece(change="added", text=after)]
    pieces = []
    for operation, start, end, other_start, other_end in _steps(old, new):
        if operation == "equal":
            pieces.append(Piece(change="same", text="".join(old[start:end])))
            continue
        if end > start:
            pieces.append(Piece(change="removed", text="".join(old[start:end])))
        if other_end > other_start:
            pieces.append(Piece(change="added", text="".join(new[other_start:other_end])))
    return pieces


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    yield from SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
